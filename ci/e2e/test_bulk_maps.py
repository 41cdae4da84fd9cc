"""Maps that a scenario fills: millions of entries, files, maps inside maps, queues; and a network around the program."""

import os
import struct
import time

from harness import Case, main

PROGRAM = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct point { __u16 a; __u16 b; };
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 6500000); __type(key, __u32); __type(value, __u64); } big SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 100000); __type(key, struct point); __type(value, struct point); } hash SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 1000); __type(key, __u32); __type(value, __u64); } percpu SEC(".maps");
struct inner { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 8); __type(key, __u32); __type(value, __u32); };
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 8); __type(key, __u32); __array(values, struct inner); } outer SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, __u32); } queue SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_STACK); __uint(max_entries, 8); __type(value, __u32); } stack SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_BLOOM_FILTER); __uint(max_entries, 8); __type(value, __u32); } bloom SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_LPM_TRIE); __uint(max_entries, 70000); __uint(map_flags, BPF_F_NO_PREALLOC);
         __uint(key_size, 8); __type(value, __u32); } trie SEC(".maps");
__u32 from_queue, from_stack, in_bloom, from_inner, from_interface;
SEC("xdp") int filled(struct xdp_md *ctx)
{
    __u32 key = 3, inner_key = 7, seven = 7, *value;
    void *inner = bpf_map_lookup_elem(&outer, &key);
    if (inner && (value = bpf_map_lookup_elem(inner, &inner_key)))
        from_inner = *value;
    bpf_map_pop_elem(&queue, &from_queue);
    bpf_map_pop_elem(&stack, &from_stack);
    in_bloom = bpf_map_peek_elem(&bloom, &seven) == 0;
    from_interface = ctx->ingress_ifindex;
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

HEAD = "name: filled\nabout: maps that are filled\nprogram: {{ object: {0} }}\n"
STEP = "    steps: [ { in: udp_64.pcap#0, expect: { action: XDP_PASS } } ]\n"


class BulkMaps(Case):
    def setUp(self):
        super().setUp()
        self.object = self.compile(PROGRAM, "filled")

    def run_check(self, maps, expect, code=0, more=""):
        self.write_text("s.yaml", HEAD.format(self.object) + more + "checks:\n  - name: x\n    maps:\n" + maps + STEP +
                        "    expect:\n" + expect)
        return self.tool("--scenario", "s.yaml", "--only", "check", "--json", "out.json", code=code)

    def test_millions_of_entries(self):
        begin = time.monotonic()
        done = self.run_check("      big: [ { keys: 0..6499999, value: i+1 } ]\n",
                              "      maps: { big: [ { key: 0, value: 1 }, { key: 6499999, value: 6500000 } ] }\n")
        print(f"6.5 million entries: {time.monotonic() - begin:.1f} s, {done.stdout.count('passed')} passed")

    def test_of_several_entries_with_one_key_the_last_one_wins(self):
        """Also where several threads write them."""
        with open(os.path.join(self.folder, "twice.bin"), "wb") as file:
            for number in range(400_000):
                file.write(struct.pack("<HHHH", number % 1000, 6, number // 1000, 0))
        self.run_check("      hash: [ { keys: 0..299999, key: { a: i%1000, b: 5 }, value: { a: i%60000, b: 7 } }, { file: twice.bin } ]\n",
                       "      maps: { hash: [ { key: { a: 3, b: 5 }, value: { a: 59003, b: 7 } }, { key: { a: 999, b: 5 }, value: { a: 59999, b: 7 } },\n"
                       "                      { key: { a: 0, b: 6 }, value: { a: 399 } }, { key: { a: 7, b: 6 }, value: { a: 399 } } ] }\n")

    def test_ranges_and_single_entries(self):
        self.run_check("      hash: [ { keys: 0..9999, key: { a: i, b: 5 }, value: { a: i%16, b: 7 } }, { key: { a: 3, b: 5 }, value: { a: 99 } } ]\n"
                       "      percpu: [ { keys: 1..9, value: 4 } ]\n"
                       "      trie: [ { key: 10.0.0.0/8, value: 1 } ]\n",
                       "      maps:\n"
                       "        hash: [ { key: { a: 9999, b: 5 }, value: { a: 15, b: 7 } }, { key: { a: 3, b: 5 }, value: { a: 99, b: 0 } } ]\n"
                       "        trie: [ { key: 10.0.0.0/8, value: 1 } ]\n")

    def test_files(self):
        with open(os.path.join(self.folder, "t.bin"), "wb") as file:
            for number in range(1000):
                file.write(struct.pack("<HHHH", number, 1, number * 2, 3))
        self.write_text("t.csv", "key.a,key.b,value.a\n1,2,30\n\n2, 2, 0x20\n")
        expect = ("      maps: { hash: [ { key: { a: 999, b: 1 }, value: { a: 1998, b: 3 } }, { key: { a: 1, b: 2 }, value: { a: 30 } }, "
                  "{ key: { a: 2, b: 2 }, value: { a: 32 } } ] }\n")
        self.run_check("      hash: [ { file: t.bin }, { file: t.csv } ]\n", expect)

    def test_inner_maps_queues_stacks_and_bloom_filters(self):
        self.run_check("      outer: [ { key: 3, value: [ { key: 7, value: 5 }, { keys: 0..5, value: i+10 } ] } ]\n"
                       "      queue: [ { value: 41 }, { value: 42 } ]\n"
                       "      stack: [ { value: 43 }, { value: 44 } ]\n"
                       "      bloom: [ { value: 7 } ]\n",
                       "      globals: { from_inner: 5, from_queue: 41, from_stack: 44, in_bloom: 1 }\n"
                       "      maps: { outer: [ { key: 3, value: [ { key: 5, value: 15 } ] }, { key: 4, absent: true } ] }\n")
        done = self.run_check("      outer: [ { key: 3, value: [ { key: 7, value: 5 } ] } ]\n",
                              "      maps: { outer: [ { key: 3, value: [ { key: 7, value: 6 } ] } ] }\n", code=1)
        self.assertIn("outer[3][7]: expected 6, got 5", done.stdout)

    def test_what_does_not_fit_is_refused(self):
        self.write_text("t.bin", "12345")
        self.write_text("t.csv", "key,price\n1,2\n")
        for maps, message in (("hash: [ { file: t.bin } ]", "expected a multiple of 8"),
                              ("big: [ { file: t.csv } ]", "expected key, value, key.MEMBER"),
                              ("big: [ { file: nosuch.bin } ]", "cannot read"),
                              ("hash: [ { keys: 0..65536, key: { a: i }, value: {} } ]", "does not fit"),
                              ("big: [ { value: 1 } ]", "has keys"),
                              ("queue: [ { key: 1, value: 1 } ]", "has no keys"),
                              ("outer: [ { key: 3, value: 5 } ]", "holds maps"),
                              ("big: [ { keys: 0..6500000, value: 1 } ]", "6,500,000 entries")):
            done = self.run_check(f"      {maps}\n", "      globals: { in_bloom: 0 }\n", code=(1, 2))
            self.assertIn(message, done.stdout + done.stderr)

    def test_the_same_ingress_in_test_run_and_replay(self):
        self.write_text("s.yaml", HEAD.format(self.object) + "network: { addresses: { dut0: [198.18.0.1/24] } }\n"
                        "checks:\n  - name: x\n" + STEP + "    expect: { globals: { from_interface: 1 } }\n"
                        "replay: { topology: chain, traffic: udp_64.pcap, expect: { XDP_PASS: 1000 } }\n")
        done = self.tool("--scenario", "s.yaml", "--only", "check,replay", code=1)
        self.assertIn("global from_interface: expected 1", done.stdout)  # the loopback device; dut0 is another one
        self.assertIn("replay   native passed", done.stdout)

    def test_a_network_that_cannot_be_is_refused(self):
        for network, message in (("{ addresses: { nosuch: [198.18.0.1/24] } }", "nosuch"),
                                 ("{ sysctls: { net.ipv4.nosuch: 1 } }", "there is no sysctl"),
                                 ("{ routes: [ { to: 198.18.9.0/24, via: 203.0.113.1 } ] }", "network")):
            self.write_text("s.yaml", HEAD.format(self.object) + f"network: {network}\nchecks:\n  - name: x\n" + STEP)
            done = self.tool("--scenario", "s.yaml", "--only", "check", code=(1, 2))
            self.assertIn(message, done.stdout + done.stderr)

    def test_every_failure_is_in_the_json(self):
        self.write_text("s.yaml", HEAD.format(self.object) +
                        "checks:\n  - name: x\n    steps: [ { in: udp_64.pcap#0-9, expect: { action: XDP_DROP } } ]\n")
        done = self.tool("--scenario", "s.yaml", "--only", "check", "--json", "out.json", code=1)
        self.assertIn("and 7 more failures", done.stdout)
        failures = self.read_json()["cases"][0]["failures"]
        self.assertEqual(len(failures), 10)
        self.assertIn("udp_64.pcap#9", failures[9])


if __name__ == "__main__":
    main()
