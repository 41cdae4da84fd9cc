"""The user's own program: objects of all kinds, and traffic from captures and from Scapy."""

import os
import struct
import subprocess

from harness import BUILD, Case, MEASURED, SOURCE, fixture, main


# What leaves by the interface has been marked behind the map.
BEHIND_THE_MAP = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bpf_devmap_val);
} ports SEC(".maps");
SEC("xdp") int redirects(struct xdp_md *ctx) { return bpf_redirect_map(&ports, 0, XDP_DROP); }
SEC("xdp/devmap") int marks(struct xdp_md *ctx)
{
    unsigned char *data = (void *)(long)ctx->data;
    if (data + 15 > (unsigned char *)(long)ctx->data_end)
        return XDP_DROP;
    data[14] = MARK;
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""


# What no counter tells apart where frames arrive: PASS from a CPUMAP, TX from a redirect back, DROP from ABORTED.
NOTHING_COUNTED = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} cpus SEC(".maps");
SEC("xdp") int other_cpu(struct xdp_md *ctx) { return bpf_redirect_map(&cpus, 0, 0); }
SEC("xdp") int back(struct xdp_md *ctx) { return bpf_redirect(ctx->ingress_ifindex, 0); }
SEC("xdp") int aborts(struct xdp_md *ctx) { return XDP_ABORTED; }
char _license[] SEC("license") = "GPL";
"""


# Drops small frames and passes large ones; from its 30,000th packet on it passes all.
TURNS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} seen SEC(".maps");
SEC("xdp") int turns(struct xdp_md *ctx)
{
    __u32 key = 0;
    __u64 *packets = bpf_map_lookup_elem(&seen, &key);
    if (!packets)
        return XDP_ABORTED;
    __sync_fetch_and_add(packets, 1);
    return *packets < LAST && ctx->data_end - ctx->data < 200 ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""


def fell_short(record):
    """Whether the generator of a busy machine did not reach the rate in half of the trials, so that nothing is known."""
    trials = record.get("trials", [])
    return bool(trials) and 2 * sum(trial["reached"] for trial in trials) <= len(trials)

OTHER_SECTION = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
int called(struct xdp_md *ctx);
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __array(values, int(void *)); } calls SEC(".maps")VALUES;
SEC("xdp") int caller(struct xdp_md *ctx) { bpf_tail_call(ctx, &calls, 1); return XDP_ABORTED; }
SEC("xdp/tail") int called(struct xdp_md *ctx) { return XDP_TX; }
char _license[] SEC("license") = "GPL";
"""


class Objects(Case):
    def test_of_mixed_traffic_every_path_is_held_to_while_it_is_timed(self):
        # Long enough for 30,000 frames on a machine that others keep busy.
        for last, outcome in ((1 << 40, "passed"), (30000, "invalid")):
            self.compile(TURNS, "turns", LAST=last)
            for options in (("--settle", "off", "--rounds", "1", "--duration", "500ms"), ("--rate", "100kpps", "--rounds", "3", "--duration", "400ms")):
                with self.subTest(last=last, options=options):
                    done = self.tool("--prog", "./turns.o", "--only", "bench", "--json", "out.json", *options, code=MEASURED)
                    result = self.read_json()
                    records = [one for one in result["benches"] + result["rates"] if one["mode"] == "native"]
                    invalid = [one for one in records if one["outcome"] == "invalid"]
                    self.assertEqual(done.returncode, 3 if invalid else 0, done.stdout)
                    if any(fell_short(one) for one in records):
                        continue
                    self.assertEqual({one["outcome"] for one in records} - {"passed"}, {outcome} - {"passed"},
                                     [one["message"] for one in records])
                    if outcome == "invalid":
                        self.assertTrue(any("took another path" in one["message"] for one in invalid), invalid)
                        self.assertIn(invalid[0]["message"].splitlines()[0], done.stdout)

    def test_actions_that_look_alike_are_told_apart_by_the_test_runs(self):
        self.compile(NOTHING_COUNTED, "quiet")
        for name, action, *options in (("other_cpu", "XDP_REDIRECT", "--set", "cpus[0]=512"), ("back", "XDP_REDIRECT"),
                                       ("aborts", "XDP_ABORTED")):
            with self.subTest(name=name):
                self.tool("--prog", f"./quiet.o:{name}", *options, "--mode", "generic,native", "--only", "replay,bench",
                          "--rounds", "1", "--duration", "50ms", "--json", "out.json")
                result = self.read_json()
                self.assertEqual([one["mode"] for one in result["replays"]], ["generic", "native"])
                for replay in result["replays"]:
                    self.assertEqual(replay["actions"][action], replay["sent"], replay)
                self.assertEqual([one["mode"] for one in result["benches"]], ["test_run", "generic", "native"])
                for bench in result["benches"]:
                    self.assertEqual([key for key, frames in bench["actions"].items() if frames], [action], bench["mode"])
                    # Also where no cycles are measured: beyond a CPUMAP.
                    self.assertGreater(bench["ns_per_packet"]["median"], 0, bench["mode"])
                    self.assertGreater(bench["baseline_ns"]["median"], 0, bench["mode"])

    def test_each_kind_is_checked_replayed_and_benched(self):
        short = ("--mode", "generic,native", "--rounds", "1", "--duration", "50ms", "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"))
        for name, action in (("tail_calls.bpf.o:entry", "XDP_DROP"), ("plain.stripped.bpf.o", "XDP_DROP"),
                             ("pinned.bpf.o", "XDP_PASS"), ("frags.bpf.o", "XDP_DROP"), ("behind_redirect.bpf.o", "XDP_PASS")):
            with self.subTest(name=name):
                done = self.tool("--prog", os.path.join(BUILD, "fixtures", name), *short)
                self.assertIn(f"1,000 frames, nothing judged: 1,000 {action}", done.stdout)
                self.assertIn("all frames accounted for", done.stdout)
                self.assertIn("ns/packet", done.stdout)
        self.assertFalse(os.path.exists("/sys/fs/bpf/xdp_bench_pin"))

    def test_programs_of_any_section_are_tail_called(self):
        """Named with --set, or by the initialiser of the program array."""
        udp = ("--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"))
        for values, options in (("", ("--set", "calls[1]=program:called")), (" = { .values = { [1] = (void *)&called } }", ())):
            self.compile(OTHER_SECTION.replace("VALUES", values), "caller")
            done = self.tool("--prog", "./caller.o:caller", *options, "--only", "check", *udp)
            self.assertIn("1,000 XDP_TX", done.stdout)

    def test_what_runs_behind_a_map_is_named_in_it(self):
        frame = "020000000002 020000000001 88b5"
        self.write_text("behind.yaml", f"""
name: behind
about: A program behind a DEVMAP marks what leaves
program: {{ object: marker.o }}
maps: {{ ports: [ {{ key: 0, value: {{ ifindex: "interface:out0", bpf_prog: {{ fd: "program:marks" }} }} }} ] }}
replay:
  topology: chain
  traffic: "hex: {frame} 00"
  expect: {{ XDP_REDIRECT: 1, forwarded: "hex: {frame} 2a" }}
""")
        for mark, code in ((0x2a, 0), (0x2b, 1)):
            self.compile(BEHIND_THE_MAP, "marker", MARK=mark)
            self.tool("--scenario", "behind.yaml", "--mode", "generic,native", "--json", "out.json", code=code)
        error = self.tool("--scenario", "behind.yaml", "--set", "ports[0]={ifindex: 1, bpf_prog: {fd: 'program:mark'}}", code=2).stderr
        self.assertIn("marker.o has no program mark that is loaded with redirects (did you mean marks?)", error)

    def test_pinned_maps_only_if_asked_for(self):
        # In a mount namespace of its own: nothing appears in the machine's BPF file system.
        tool = f"{os.environ['XDP_BENCH']} --prog {fixture('pinned')} --only check --json out.json"
        script = f"mount -t bpf bpf /sys/fs/bpf && {tool} && test ! -e /sys/fs/bpf/xdp_bench_pin && {tool} --pin-maps && test -e /sys/fs/bpf/xdp_bench_pin"
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_cannot_be_taken(self):
        done = self.tool("--prog", fixture("behind_redirect") + ":on_the_device", code=2)
        self.assertIn('SEC("xdp/devmap")', done.stderr)
        self.assertIn("__uint(type, BPF_MAP_TYPE_HASH);", self.tool("--prog", fixture("legacy_maps"), code=2).stderr)


class Captures(Case):
    def write(self, records):
        with open(os.path.join(self.folder, "cut.pcap"), "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
            for captured, length in records:
                file.write(struct.pack("<IIII", 0, 0, captured, length) + bytes(12) + b"\x08\x00" + bytes(captured - 14))

    def test_cut_frames_are_refused_or_padded_and_it_is_said(self):
        self.write([(60, 60), (60, 100), (60, 1500)])
        self.assertIn("cut", self.tool("--prog", "xdp_drop", "--pcap", "cut.pcap", "--only", "check,replay", code=2).stderr)
        done = self.tool("--prog", "xdp_drop", "--pcap", "cut.pcap", "--cut", "pad", "--only", "check,replay")
        self.assertIn("2 frames cut short by the capture (snaplen), padded with zeros", done.stdout)
        self.assertEqual(self.result()["programs"][0]["padded_frames"], 2)
        self.tool("record", "--prog", "xdp_tx", "--pcap", "cut.pcap", "--cut", "pad", "-o", "cut.yaml")
        self.assertIn("1 passed", self.tool("--scenario", "cut.yaml", "--json", "other.json").stdout)
        self.assertIn("choose from refuse, pad", self.tool("--prog", "xdp_drop", "--pcap", "cut.pcap", "--cut", "fill", code=2).stderr)
        self.assertIn("--cut pad without a capture", self.tool("--prog", "xdp_drop", "--cut", "pad", code=2).stderr)


class Scapy(Case):
    EXPRESSION = 'Ether()/IP(dst="192.168.1.2")/ICMP()'

    def setUp(self):
        super().setUp()
        if subprocess.run(["/usr/bin/python3", "-c", "import scapy"], capture_output=True, check=False).returncode != 0:
            self.skipTest("Scapy is not installed (scripts/setup test)")

    def test_an_expression_on_the_command_line(self):
        done = self.tool("--prog", "icmp_lb", "--scapy", self.EXPRESSION, "--only", "check,replay", "--mode", "generic,native")
        self.assertIn("1 frame, nothing judged", done.stdout)
        self.assertIn("all frames accounted for", done.stdout)
        self.tool("record", "--prog", "icmp_lb", "--scapy", f"[{self.EXPRESSION}, Ether()/ARP()]", "-o", "made.yaml")
        self.assertTrue(os.path.exists(os.path.join(self.folder, "made-in.pcap")))
        self.assertIn("1 passed", self.tool("--scenario", "made.yaml", "--json", "other.json").stdout)

    def test_frames_in_a_scenario(self):
        self.write_text("traffic.py", "def frames():\n    return [Ether(src='02:00:00:00:00:01', dst='02:00:00:00:00:02')/IP(id=i) for i in range(5)]\n")
        turned = 'scapy: Ether(src="02:00:00:00:00:02", dst="02:00:00:00:00:01")/IP(id=4)'
        self.write_text("made.yaml", "name: made\nabout: frames that Scapy makes\nprogram: xdp_tx\nchecks:\n  - name: all come back\n    steps:\n"
                                     f"      - {{ in: 'scapy: {self.EXPRESSION}', expect: {{ action: XDP_TX }} }}\n"
                                     "      - { in: traffic.py, expect: { action: XDP_TX } }\n"
                                     f"      - {{ in: traffic.py#4, expect: {{ action: XDP_TX, out: '{turned}' }} }}\n"
                                     "replay: { topology: pair, traffic: traffic.py#1-3, expect: { XDP_TX: 3 } }\n")
        self.assertIn("2 passed", self.tool("--scenario", "made.yaml").stdout)
        for option in ("--scapy", "--pcap"):
            self.assertIn("5 frames, nothing judged", self.tool("--prog", "xdp_tx", option, "traffic.py", "--only", "check", "--json", "other.json").stdout)

    def test_what_goes_wrong_is_said_before_anything_runs(self):
        for expression, said in (("Ether(", "SyntaxError"), ("1/0", "ZeroDivisionError: division by zero"), ("IP()", "put Ether()/ in front"), ("[]", "it makes no frames"),
                                 ("open('/etc/shadow').read()", "PermissionError")):
            done = self.tool("--prog", "xdp_tx", "--scapy", expression, code=2)
            self.assertIn(said, done.stderr)
            self.assertEqual(done.stdout, "")
        self.assertIn("--pcap and --scapy", self.tool("--prog", "xdp_tx", "--scapy", "x", "--pcap", "y", code=2).stderr)


if __name__ == "__main__":
    main()
