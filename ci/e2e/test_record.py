"""`xdp-bench record`: what a program does now as a scenario, and the scenario brought up to date."""

import os
import signal
import subprocess

from harness import PATIENCE, SOURCE, TOOL, Case, comes_true, main

# Answers UDP with the first byte of the destination turned over, drops what is longer than LIMIT, counts by length.
PROGRAM = """
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_endian.h>
struct seen { __u32 length; __u64 frames; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 2); __type(key, __u32); __type(value, struct seen); } last SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } lengths SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    __u32 length = end - data, zero = 0;
    __u64 one = 1, *count = bpf_map_lookup_elem(&lengths, &length);
    struct seen *seen = bpf_map_lookup_elem(&last, &zero);
    if (count)
        ++*count;
    else
        bpf_map_update_elem(&lengths, &length, &one, BPF_ANY);
    if (seen) {
        seen->length = length;
        seen->frames++;
    }
    if (length > LIMIT)
        return XDP_DROP;
    if (data + 14 > end || *(__be16 *)(data + 12) != bpf_htons(ETH_P_IP))
        return XDP_PASS;
    data[0] ^= FLIP;
    return XDP_TX;
}
char _license[] SEC("license") = "GPL";
"""

# Moves the oldest number of a queue to a stack; `untouched` stays as it was, `clock` is never the same.
QUEUES = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, __u32); } waiting SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_STACK); __uint(max_entries, 8); __type(value, __u32); } served SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, __u32); } untouched SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, __u64); } clock SEC(".maps");
__u32 next = 7;
SEC("xdp") int mine(struct xdp_md *ctx)
{
    __u64 now = bpf_ktime_get_ns();
    __u32 number = next++;
    if (number > 7)
        bpf_map_pop_elem(&waiting, &number);
    bpf_map_push_elem(&served, &number, 0);
    number = next;
    bpf_map_push_elem(&waiting, &number, 0);
    bpf_map_push_elem(&clock, &now, 0);
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

BIT_FIELDS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum kind { NOTHING, SOMETHING };
struct flags { unsigned few : 3; unsigned more : 5; int sign : 4; enum kind kind : 2; __u64 wide : 40; };
struct flags state;
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct flags); } kept SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    __u32 zero = 0;
    struct flags *flags = bpf_map_lookup_elem(&kept, &zero);
    state.few = 5;
    state.more = 17;
    state.sign = -3;
    state.kind = SOMETHING;
    state.wide = 1ULL << 39;
    if (flags)
        flags->more++;
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

MEMBERS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct seen { __u64 time; __u64 frames; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, struct seen); } last SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 64); __type(key, __u32); __type(value, __u64); } times SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    __u32 zero = 0;
    struct seen *seen = bpf_map_lookup_elem(&last, &zero);
    if (!seen)
        return XDP_DROP;
    seen->time = bpf_ktime_get_ns();
    __u32 key = seen->frames++ % 64;
    __u64 *time = bpf_map_lookup_elem(&times, &key);
    if (time)
        *time = seen->time;
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

# Sends back what has a neighbour.
ROUTED = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int mine(struct xdp_md *ctx)
{
    unsigned char *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    struct bpf_fib_lookup fib = { .family = 2, .ifindex = ctx->ingress_ifindex };
    if (data + 34 > end)
        return XDP_DROP;
    fib.ipv4_src = *(__u32 *)(data + 26);
    fib.ipv4_dst = *(__u32 *)(data + 30);
    return bpf_fib_lookup(ctx, &fib, sizeof(fib), 0) ? XDP_PASS : XDP_TX;
}
char _license[] SEC("license") = "GPL";
"""

CONFIGURED = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
const volatile __u32 verdict;
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); } verdicts SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } last SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    __u32 seven = 7, zero = 0, *first = bpf_map_lookup_elem(&verdicts, &seven), *second = bpf_map_lookup_elem(&last, &zero);
    return verdict == 1 && first && second && *second == 9 ? *first : XDP_ABORTED;
}
char _license[] SEC("license") = "GPL";
"""


class Record(Case):
    def build(self, **constants):
        self.compile(PROGRAM, **{"LIMIT": 1000, "FLIP": 2, **constants})

    def record(self, *more, **options):
        return self.tool("record", "--prog", "mine.o", "--pcap", os.path.join(SOURCE, "pcaps", "mixed.pcap"), "-o", "mine.yaml", *more, **options)

    def test_bit_fields_are_set_recorded_and_expected(self):
        self.compile(BIT_FIELDS)
        self.record()
        text = self.read_text("mine.yaml")
        for member in ("few: 5", "more: 17", 'sign: "-3"', "kind: SOMETHING", "wide: 549755813888"):
            self.assertIn(member, text)
        self.tool("--scenario", "mine.yaml", "--only", "check")
        self.write_text("mine.yaml", text.replace('sign: "-3"', "sign: 3"))
        self.assertIn("state.sign: expected 3, got -3", self.tool("--scenario", "mine.yaml", "--only", "check", code=1).stdout)
        self.write_text("mine.yaml", text.replace("more: 17", "more: 32"))
        self.assertIn("(unsigned, 5 bits)", self.tool("--scenario", "mine.yaml", "--only", "check", code=2).stderr)
        self.write_text("set.yaml", "name: a\nabout: b\nprogram: { object: mine.o }\nmaps: { kept: [ { key: 0, value: { few: 3, more: 8, kind: SOMETHING } } ] }\n"
                        "checks:\n- name: n\n  steps: [ { in: udp_64.pcap#0, expect: { action: XDP_PASS } } ]\n"
                        "  expect: { maps: { kept: [ { key: 0, value: { few: 3, more: 9, sign: 0, kind: SOMETHING } } ] } }\n")
        self.tool("--scenario", "set.yaml", "--only", "check")

    def test_what_a_program_leaves_in_queues_and_stacks_is_recorded(self):
        self.compile(QUEUES)
        self.record()
        text = self.read_text("mine.yaml")
        self.assertIn("waiting: [{ value: 1007 }]\n", text)
        self.assertRegex(text, r"served:\s+- \{ value: 14 \}\s+- \{ value: 13 \}")  # the last one first
        self.assertNotIn("untouched", text)
        self.assertNotIn("clock:", text)
        self.assertRegex(text, "# Left out, because it was otherwise when repeated: map clock")
        self.tool("--scenario", "mine.yaml", "--only", "check")
        self.compile(QUEUES.replace("next = 7", "next = 6"))
        self.assertIn("waiting", self.tool("--scenario", "mine.yaml", "--only", "check", code=1).stdout)

    def test_what_is_recorded_holds_and_a_changed_constant_does_not(self):
        self.build()
        done = self.record()
        self.assertIn("XDP_TX", done.stdout)
        self.assertIn("wrote mine.yaml", done.stdout)
        text = self.read_text("mine.yaml")
        self.assertIn("program: { object: mine.o }", text)
        self.assertIn("lengths:", text)
        self.assertIn("sum_cpus", text)
        self.assertIn("action: XDP_DROP", text)
        self.assertIn("out: unchanged", text)
        self.assertIn("out: mine-out.pcap#0", text)
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml").stdout)
        self.build(FLIP=4)
        done = self.tool("--scenario", "mine.yaml", code=1)
        self.assertIn("eth.dst", done.stdout)
        self.build(LIMIT=999999)
        done = self.tool("--scenario", "mine.yaml", code=1)
        self.assertIn("expected XDP_DROP, got", done.stdout)

    def test_nothing_is_overwritten(self):
        self.build()
        self.record()
        before = self.read_text("mine.yaml")
        self.assertIn("mine.yaml exists already", self.record(code=2).stderr)
        os.unlink(os.path.join(self.folder, "mine.yaml"))
        self.assertIn("mine-out.pcap exists already", self.record(code=2).stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "mine.yaml")))
        self.assertNotEqual(before, "")

    def test_update_rewrites_what_does_not_hold_and_nothing_else(self):
        self.build()
        self.record()
        scenario = self.read_text("mine.yaml") + (
            "\n  # about the second check\n  - name: short frames pass\n    steps:\n"
            "      - { in: \"hex: 020000000002 020000000001 88b5 00\", expect: { action: XDP_PASS } } # a comment\n"
            "    expect: { maps: { last: [ { key: 0, value: { frames: 1 } } ] } }\n"
            "bench: { traffic: udp_64.pcap, action: XDP_TX } # kept\n")
        self.write_text("mine.yaml", scenario)
        self.assertIn("2 passed", self.tool("--scenario", "mine.yaml", "--only", "check").stdout)
        done = self.tool("record", "--update", "mine.yaml")
        self.assertIn("nothing was changed", done.stdout)
        self.assertEqual(self.read_text("mine.yaml"), scenario)
        self.build(LIMIT=200)
        done = self.tool("record", "--update", "mine.yaml")
        self.assertIn("expected XDP_TX, got XDP_DROP", done.stdout)
        self.assertIn("rewrote 1 check", done.stdout)
        text = self.read_text("mine.yaml")
        for kept in ("# about the second check", "# a comment", "# kept", "# What the program did"):
            self.assertIn(kept, text)
        self.assertIn("2 passed", self.tool("--scenario", "mine.yaml", "--only", "check").stdout)
        self.build(LIMIT=10)  # now the second check fails too
        self.tool("record", "--update", "mine.yaml")
        self.assertIn("2 passed", self.tool("--scenario", "mine.yaml", "--only", "check").stdout)

    def test_a_reference_program_with_its_setup(self):
        self.tool("record", "--prog", "icmp_lb", "--pcap", os.path.join(SOURCE, "pcaps", "icmp_echo_64.pcap"), "-o", "sub/again.yaml")
        self.assertIn("globals:", self.read_text("sub/again.yaml"))
        self.assertIn("1 passed", self.tool("--scenario", "sub/again.yaml").stdout)

    def test_events_are_recorded_compared_and_brought_up_to_date(self):
        source = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct event { __u64 time; __u32 length; __u8 mark; __u8 pad[3]; };
        const struct event *unused __attribute__((unused));
        struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
        __u64 events_lost;
        SEC("xdp") int mine(struct xdp_md *ctx)
        {
            struct event event = { bpf_ktime_get_ns(), (__u32)((void *)(long)ctx->data_end - (void *)(long)ctx->data), MARK };
            for (int i = 0; i < COPIES; i++)
                if (bpf_ringbuf_output(&events, &event, sizeof(event), 0))
                    __sync_fetch_and_add(&events_lost, 1);
            return XDP_PASS;
        }
        char _license[] SEC("license") = "GPL";
        """
        frames = os.path.join(SOURCE, "pcaps", "udp_64.pcap")

        def build(**constants):
            self.compile(source, **{"MARK": 7, "COPIES": 1, **constants})

        build()
        done = self.tool("record", "--prog", "mine.o", "--pcap", frames, "-o", "mine.yaml")
        self.assertIn("1,000 records in events", done.stdout)
        text = self.read_text("mine.yaml")
        self.assertIn("mark: 7", text)
        self.assertNotIn("time:", text)  # it is another one in every run
        self.assertIn("lost: 0", text)
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml").stdout)
        build(MARK=8)
        done = self.tool("--scenario", "mine.yaml", code=1)
        self.assertIn("event 0 of events: got", done.stdout)
        self.assertIn("mark   expected 7   got 8", done.stdout)
        self.assertIn("rewrote 1 check", self.tool("record", "--update", "mine.yaml").stdout)
        self.assertIn("mark: 8", self.read_text("mine.yaml"))
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml").stdout)
        build(MARK=8, COPIES=2)
        self.assertIn("expected 1,000 records, got 2,000", self.tool("--scenario", "mine.yaml", code=1).stdout)
        self.tool("record", "--update", "mine.yaml")
        self.assertIn("count: 2000", self.read_text("mine.yaml"))
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml").stdout)
        self.tool("record", "--prog", "extract_metadata", "--pcap", frames, "-o", "flows.yaml")
        self.assertIn("source_port:", self.read_text("flows.yaml"))
        self.assertIn("1 passed", self.tool("--scenario", "flows.yaml").stdout)

    def test_update_keeps_what_the_author_chose_to_compare(self):
        source = """
        #include <linux/bpf.h>
        #include <bpf/bpf_helpers.h>
        struct meta { __u32 mark; __u32 time; };
        struct event { __u32 mark; __u32 queue; __u32 length; };
        const struct event *unused __attribute__((unused));
        const struct meta *unused_meta __attribute__((unused));
        struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
        SEC("xdp") int mine(struct xdp_md *ctx)
        {
            unsigned char *data, *end;
            struct event event = { MARK, ctx->rx_queue_index, (__u32)(ctx->data_end - ctx->data) };
            struct meta *meta;
            if (bpf_xdp_adjust_meta(ctx, -(int)sizeof(*meta)))
                return XDP_ABORTED;
            data = (void *)(long)ctx->data;
            end = (void *)(long)ctx->data_end;
            meta = (void *)(long)ctx->data_meta;
            if ((void *)(meta + 1) > (void *)data || data + 34 > end)
                return XDP_ABORTED;
            meta->mark = MARK;
            meta->time = bpf_ktime_get_ns();
            for (int i = 0; i < COPIES; i++)
                bpf_ringbuf_output(&events, &event, sizeof(event), 0);
            if (event.length > LIMIT)
                return XDP_DROP;
            data[22] = TTL;
            return XDP_PASS;
        }
        char _license[] SEC("license") = "GPL";
        """
        scenario = """\
name: mine
about: What its author chose to compare
program: { object: mine.o }
checks:
  - name: fields, metadata and events
    steps:
      - in: udp_64.pcap#0-1
        ctx: { ingress: dut0, rx_queue: 3 }
        expect:
          action: XDP_PASS
          fields: { ip.ttl: 64, ip.proto: UDP, vlan.id: absent }
          checksums: valid
          length: 60
          metadata: { type: struct meta, value: { mark: 5 } }
          events: { events: { count: 2, records: [ { mark: 5, queue: 3 } ] } }
      - in: mixed.pcap#0-19
        expect: { action: XDP_PASS, events: { events: { count: 20 } } }
      - in: udp_64.pcap#2
        expect: { action: XDP_PASS, metadata: { type: struct meta, value: { mark: 5, time: 0 } } }
    expect: { events: { events: { count: 23 } } }
"""
        self.write_text("mine.yaml", scenario)

        def build(**constants):
            self.compile(source, **{"MARK": 6, "COPIES": 2, "LIMIT": 500, "TTL": 9, **constants})

        build()
        self.assertIn("rewrote 1 check", self.tool("record", "--update", "mine.yaml").stdout)
        text = self.read_text("mine.yaml")
        self.assertIn("fields: { ip.ttl: 9, ip.proto: UDP, vlan.id: absent }", text)
        self.assertIn("value: { mark: 6 }", text)
        self.assertIn("queue: 3", text)
        self.assertIn("count: 4", text)  # of the two frames
        self.assertIn("count: 46", text)  # of all
        self.assertIn("action: XDP_DROP", text)  # some of the mixed frames
        for gone in ("checksums", "time", " out:"):
            self.assertNotIn(gone, text)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "mine-out.pcap")))
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml").stdout)
        self.assertIn("nothing was changed", self.tool("record", "--update", "mine.yaml").stdout)
        self.assertEqual(self.read_text("mine.yaml"), text)

    def test_members_that_do_not_vary_are_recorded(self):
        self.compile(MEMBERS)
        done = self.record()
        text = self.read_text("mine.yaml")
        self.assertRegex(text, r"last:\s+(- |\[)\{ key: 0, value: \{ frames: 1000 \} \}")
        self.assertIn("(and of 63 more entries)", done.stdout)
        self.assertEqual(done.stdout.count("left out"), 2, done.stdout)  # a line a map
        self.assertIn("note: the program reads the clock (bpf_ktime_get_ns)", done.stdout)
        self.tool("--scenario", "mine.yaml", "--only", "check")

    def test_a_network_is_written_too(self):
        self.compile(ROUTED)
        self.write_text("routed.yaml", "name: routed\nabout: b\nprogram: { object: mine.o }\nnetwork:\n  addresses: { dut0: [10.2.0.1/24] }\n"
                        '  neighbours: [ { ip: 10.2.0.2, mac: "02:00:00:00:00:04", dev: dut0 } ]\n'
                        "  sysctls: { net.ipv4.conf.all.forwarding: 1 }\n"
                        "checks:\n- name: n\n  steps: [ { in: udp_64.pcap#0, expect: { action: XDP_PASS } } ]\n")
        self.tool("record", "--scenario", "routed.yaml", "--scapy", 'Ether()/IP(dst="10.2.0.2")/UDP()', "-o", "mine.yaml")
        self.assertIn("action: XDP_TX", self.read_text("mine.yaml"))

    def test_what_is_set_is_written_too(self):
        self.compile(CONFIGURED)
        self.record("--set", "verdict=1", "--set", "verdicts[7]=3", "--set", "last=9")
        text = self.read_text("mine.yaml")
        self.assertIn("globals: { verdict: 1 }", text)
        self.assertIn("{ key: 7, value: 3 }", text)
        self.assertIn("{ key: 0, value: 9 }", text)
        self.assertIn("action: XDP_TX", text)
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml", "--only", "check").stdout)
        size = ("record", "--prog", "mine.o", "--pcap", os.path.join(SOURCE, "pcaps", "mixed.pcap"), "-o", "other.yaml", "--set")
        self.assertIn("no size of a map", self.tool(*size, "verdicts.max_entries=9", code=2).stderr)
        self.assertIn("no map and no global variable", self.tool(*size, "verdct=1", code=2).stderr)

    def test_chance_is_not_recorded(self):
        self.compile('#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n'
                     'SEC("xdp") int mine(struct xdp_md *ctx) { return bpf_get_prandom_u32() & 1 ? XDP_PASS : XDP_DROP; }\n'
                     'char _license[] SEC("license") = "GPL";\n')
        self.assertIn("when all was repeated", self.record(code=2).stderr)
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("mine-") or name.endswith(".yaml")], [])

    def test_an_interruption_is_no_failed_check(self):
        """What builds on a check ends with 130 while the check runs, and changes nothing."""
        self.build()
        self.write_text("slow.yaml", "name: slow\nabout: waits\nprogram: { object: mine.o }\nchecks:\n  - name: waits\n    steps:\n"
                                     "      - { in: 'hex: 020000000002 020000000001 0900 00', expect: { action: XDP_PASS } }\n"
                                     "      - { wait: 20s, in: 'hex: 020000000002 020000000001 0900 00', expect: { action: XDP_PASS } }\n"
                                     f"bench: {{ traffic: {os.path.join(SOURCE, 'pcaps', 'udp_64.pcap')}, action: XDP_PASS }}\n")
        before = self.read_text("slow.yaml")
        for arguments in (["record", "--update", "slow.yaml"], ["compare", "mine.o", "mine.o", "--scenario", "slow.yaml"]):
            process = subprocess.Popen([TOOL, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
            with process:
                self.assertTrue(comes_true(lambda: process.poll() is not None or self.waits(process)), arguments)
                process.send_signal(signal.SIGINT)
                message = process.communicate(timeout=PATIENCE)[1]
            self.assertEqual(process.returncode, 130, message)
        self.assertEqual(self.read_text("slow.yaml"), before)

    @staticmethod
    def waits(process):
        """Whether it holds a program, and sleeps in its check."""
        folder = f"/proc/{process.pid}/fd"
        with open(f"/proc/{process.pid}/syscall", encoding="ascii") as file:
            sleeps = file.read().split()[0] in ("230", "115")  # clock_nanosleep of x86-64 and arm64
        return sleeps and any("bpf-prog" in os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder))

    def test_usage(self):
        self.assertIn("option --prog is missing", self.tool("record", code=2).stderr)
        self.assertIn("option -o FILE is missing", self.tool("record", "--prog", "xdp_pass", code=2).stderr)
        self.assertIn("option --pcap FILE is missing", self.tool("record", "--prog", "xdp_pass", "-o", "x.yaml", code=2).stderr)
        self.assertIn("no scenario to standard output", self.tool("record", "--prog", "xdp_pass", "-o", "-", code=2).stderr)
        self.assertIn("nowhere.pcap", self.tool("record", "--prog", "xdp_pass", "-o", "x.yaml", "--pcap", "nowhere.pcap", code=2).stderr)
        self.assertEqual(os.listdir(self.folder), [])


if __name__ == "__main__":
    main()
