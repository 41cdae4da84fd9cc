"""What a scenario says of a program's state: global variables, keys as prefixes, changes between steps, sizes of maps."""

import os

from harness import Case, SOURCE, main

HEAD = """#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
char _license[] SEC("license") = "GPL";
"""
FRAME = '"hex: 020000000002 020000000001 0800 00"'


class ScenarioFormat(Case):
    def scenario(self, checks, program="{ object: mine.o }", more=""):
        self.write_text("mine.yaml", f"name: mine\nabout: a program of the test's own\nprogram: {program}\n{more}checks:\n{checks}")

    def check(self, code=0):
        return self.tool("--scenario", "mine.yaml", "--only", "check", code=code)

    def build(self, body, **constants):
        self.compile(HEAD + body, **constants)

    def test_global_variables_are_compared_recorded_and_brought_up_to_date(self):
        source = """
        const volatile __u32 limit = 64;
        int counts[5];
        struct cfg { __u32 a; __u16 port; } cfg = {1, 80};
        __u64 big SEC(".data.hot");
        __u64 when;
        SEC("xdp") int glob(struct xdp_md *ctx)
        {
            big += ctx->data_end - ctx->data;
            counts[2] += STEP;
            cfg.a++;
            when = bpf_ktime_get_ns();
            return limit ? XDP_PASS : XDP_DROP;
        }
        """
        self.build(source, STEP=1)
        steps = f"  - name: counts\n    steps: [ {{ in: {FRAME}, expect: {{ action: XDP_PASS }} }} ]\n"
        self.scenario(steps + "    expect: { globals: { counts: [0, 0, 1], cfg: { a: 2 }, big: 15, limit: 64 } }\n")
        self.assertIn("1 passed", self.check().stdout)
        self.build(source, STEP=3)
        done = self.check(code=1)
        self.assertIn("global counts[2]: expected 1, got 3", done.stdout)
        self.assertIn("rewrote 1 check", self.tool("record", "--update", "mine.yaml").stdout)
        text = self.read_text("mine.yaml")
        self.assertIn("counts: [0, 0, 3]", text)
        self.assertIn("cfg: { a: 2 }", text)
        self.assertIn("1 passed", self.check().stdout)
        done = self.tool("record", "--prog", "mine.o", "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"), "-o", "new.yaml")
        self.assertIn("globals changed", done.stdout)
        text = self.read_text("new.yaml")
        self.assertIn("big: 60000", text)
        self.assertIn("counts: [0, 0, 3000, 0, 0]", text)
        self.assertNotIn("when:", text.replace("global when", ""))  # it is another one in every run
        self.assertIn("1 passed", self.tool("--scenario", "new.yaml").stdout)

    def test_globals_that_cannot_be_are_refused_beforehand(self):
        self.build('int count; SEC("xdp") int glob(struct xdp_md *ctx) { count++; return XDP_PASS; }')
        steps = f"  - name: counts\n    steps: [ {{ in: {FRAME}, expect: {{ action: XDP_PASS }} }} ]\n"
        self.scenario(steps + "    expect: { globals: { cuont: 1 } }\n")
        self.assertIn("did you mean count?", self.check(code=2).stderr)
        self.scenario(steps + "    expect: { globals: { count: many } }\n")
        self.assertIn("global count", self.check(code=2).stderr)

    def test_maps_change_and_time_passes_between_steps(self):
        self.build("""
        struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } since SEC(".maps");
        SEC("xdp") int mine(struct xdp_md *ctx)
        {
            __u32 key = 7;
            __u64 now = bpf_ktime_get_ns(), *then = bpf_map_lookup_elem(&since, &key);
            if (!then)
                return XDP_DROP;
            if (!*then)
                *then = now;
            return now - *then < 50000000 ? XDP_PASS : XDP_TX;
        }
        """)

        def step(action, rest=""):
            return f"      - {{ {rest}in: {FRAME}, expect: {{ action: {action} }} }}\n"

        steps = (step("XDP_DROP") + step("XDP_PASS", "set: { since: [ { key: 7, value: 0 } ] }, ") + step("XDP_TX", "wait: 60ms, ") +
                 step("XDP_DROP", "set: { since: [ { key: 7, absent: true } ] }, "))
        self.scenario("  - name: over time\n    steps:\n" + steps)
        self.assertIn("1 passed", self.check().stdout)
        self.scenario("  - name: over time\n    steps:\n" + steps.replace("wait: 60ms, ", ""))
        self.assertIn("expected XDP_TX, got", self.check(code=1).stdout)
        self.scenario("  - name: over time\n    steps:\n" + step("XDP_DROP", "set: { since: [ { key: 8, absent: true } ] }, "))
        self.assertIn("no such entry to delete", self.check(code=1).stdout)
        self.scenario("  - name: over time\n    steps:\n" + step("XDP_DROP", "set: { sinse: [ { key: 8, value: 1 } ] }, "))
        self.assertIn("did you mean since?", self.check(code=2).stderr)
        self.scenario("  - name: over time\n    steps:\n" + step("XDP_DROP", "wait: 61s, "))
        self.assertIn("up to 60 s", self.check(code=2).stderr)

    def test_keys_of_lpm_tries_are_prefixes(self):
        self.build("""
        struct key { __u32 length; __u32 address; };
        struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(map_flags, BPF_F_NO_PREALLOC); __uint(max_entries, 4);
                 __type(key, struct key); __type(value, __u32); } routes SEC(".maps");
        SEC("xdp") int mine(struct xdp_md *ctx)
        {
            struct key key = {32, ADDRESS};
            __u32 *hits = bpf_map_lookup_elem(&routes, &key);
            if (!hits)
                return XDP_DROP;
            ++*hits;
            return XDP_PASS;
        }
        """, ADDRESS="__builtin_bswap32(0x0a010203)")
        expect = "expect: { maps: { routes: [ { key: 10.0.0.0/8, value: 1 }, { key: 10.9.0.0/16, absent: true } ] } }"
        steps = f"  - name: routes\n    maps: {{ routes: [ {{ key: 10.0.0.0/8, value: 0 }} ] }}\n    steps: [ {{ in: {FRAME}, expect: {{ action: XDP_PASS }} }} ]\n"
        self.scenario(steps + f"    {expect}\n")
        self.assertIn("1 passed", self.check().stdout)
        self.scenario(steps.replace("10.0.0.0/8", "11.0.0.0/8"))
        self.assertIn("expected XDP_PASS, got XDP_DROP", self.check(code=1).stdout)
        self.scenario(steps.replace("10.0.0.0/8", "10.0.0.0/33"))
        self.assertIn("a prefix of up to 32 bits", self.check(code=2).stderr)

    def test_maps_of_targets_need_no_types(self):
        self.build("""
        struct { __uint(type, BPF_MAP_TYPE_CPUMAP); __uint(max_entries, 4); __uint(key_size, 4);
                 __uint(value_size, sizeof(struct bpf_cpumap_val)); } cpus SEC(".maps");
        SEC("xdp/cpumap") int oncpu(struct xdp_md *ctx) { return XDP_PASS; }
        SEC("xdp") int tocpu(struct xdp_md *ctx) { return bpf_redirect_map(&cpus, 0, 0); }
        """)
        self.scenario(f"  - name: n\n    steps: [ {{ in: {FRAME}, expect: {{ action: XDP_REDIRECT }} }} ]\n",
                      more='maps: { cpus: [ { key: 0, value: { qsize: 2048, bpf_prog: { fd: "program:oncpu" } } } ] }\n')
        self.assertIn("1 passed", self.check().stdout)

    def test_a_map_whose_size_is_left_to_the_loader(self):
        self.build("""
        struct { __uint(type, BPF_MAP_TYPE_HASH); __type(key, __u32); __type(value, __u32); } table SEC(".maps");
        SEC("xdp") int mine(struct xdp_md *ctx)
        {
            __u32 key = 0;
            return bpf_map_lookup_elem(&table, &key) ? XDP_DROP : XDP_PASS;
        }
        """)
        frames = os.path.join(SOURCE, "pcaps", "udp_64.pcap")
        done = self.tool("--prog", "mine.o", "--pcap", frames, "--only", "check", code=(1, 2))
        self.assertIn("--set table.max_entries=1024", done.stdout + done.stderr)
        done = self.tool("--prog", "mine.o", "--pcap", frames, "--only", "check", "--set", "table.max_entries=1024", "--set", "table[0]=1")
        self.assertIn("XDP_DROP", done.stdout)
        self.assertIn("a number of entries", self.tool("--prog", "mine.o", "--pcap", frames, "--set", "table.max_entries=0", code=2).stderr)

    def test_a_program_of_unknown_type_is_taken_if_it_is_named(self):
        self.build('SEC("xdp_icmp_echo") int echo(struct xdp_md *ctx) { return XDP_TX; }\n'
                   'SEC("tc") int filter(struct __sk_buff *skb) { return 0; }\n')
        frames = os.path.join(SOURCE, "pcaps", "udp_64.pcap")
        said = self.tool("--prog", "mine.o", "--pcap", frames, code=2).stderr
        self.assertIn("of unknown type: echo", said)
        self.assertIn("of other types: filter", said)
        self.assertIn("--prog mine.o:echo", said)
        for name in ("echo", "xdp_icmp_echo"):
            self.assertIn("XDP_TX", self.tool("--prog", f"mine.o:{name}", "--pcap", frames, "--only", "check").stdout)
        self.assertIn("filter", self.tool("--prog", "mine.o:filter", "--pcap", frames, code=2).stderr)


if __name__ == "__main__":
    main()
