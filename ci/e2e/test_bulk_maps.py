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
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 8); __type(value, struct point); } points SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS); __uint(max_entries, 8); __type(key, struct point); __array(values, struct inner); } places SEC(".maps");
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

    def run_steps(self, maps, changes, expect, code=0):
        """Two frames, `changes` before the second one."""
        step = "in: udp_64.pcap#0, expect: { action: XDP_PASS }"
        self.write_text("s.yaml", HEAD.format(self.object) + "checks:\n  - name: x\n" + maps +
                        f"    steps: [ {{ {step} }}, {{ set: {changes}, {step} }} ]\n    expect: {expect}\n")
        return self.tool("--scenario", "s.yaml", "--only", "check", code=code)

    def test_a_step_changes_what_a_scenario_can_fill(self):
        self.run_steps("    maps: { outer: [ { key: 3, value: [ { key: 7, value: 5 }, { key: 6, value: 4 } ] } ], queue: [ { value: 8 } ] }\n",
                       "{ outer: [ { key: 3, value: [ { key: 7, value: 78 }, { keys: 0..2, value: i+10 } ] }, { key: 4, value: [ { key: 0, value: 1 } ] } ],"
                       " queue: [ { value: 9 } ], stack: [ { value: 1 }, { value: 2 } ], bloom: [ { value: 7 } ],"
                       " hash: [ { keys: 0..9, key: { a: i, b: 1 }, value: { a: i*2, b: 3 } }, { key: { a: 4, b: 1 }, value: { a: 99 } } ] }",
                       "{ globals: { from_inner: 78, from_queue: 9, from_stack: 2, in_bloom: 1 },"
                       " maps: { outer: [ { key: 3, value: [ { key: 6, value: 4 }, { key: 2, value: 12 } ] }, { key: 4, value: [ { key: 0, value: 1 } ] } ],"
                       " hash: [ { key: { a: 9, b: 1 }, value: { a: 18, b: 3 } }, { key: { a: 4, b: 1 }, value: { a: 99 } } ],"
                       " queue: [ { absent: true } ], stack: [ { value: 1 } ] } }")
        self.run_steps("    maps: { outer: [ { key: 3, value: [ { key: 7, value: 5 } ] } ] }\n", "{ outer: [ { key: 3, absent: true } ] }",
                       "{ globals: { from_inner: 5 }, maps: { outer: [ { key: 3, absent: true } ] } }")

    def test_structures_are_known_where_the_kernel_forgets_them(self):
        """Of queues and of maps of maps the kernel takes no types, and libbpf drops them when it loads."""
        self.run_steps("    maps: { points: [ { value: { a: 1, b: 2 } } ], places: [ { key: { a: 1, b: 2 }, value: [ { key: 0, value: 5 } ] } ] }\n",
                       "{ points: [ { value: { a: 3 } } ], places: [ { key: { a: 1, b: 2 }, value: [ { key: 1, value: 6 } ] } ] }",
                       "{ maps: { points: [ { value: { b: 2 } }, { value: { a: 3, b: 0 } } ],"
                       " places: [ { key: { a: 1, b: 2 }, value: [ { key: 0, value: 5 }, { key: 1, value: 6 } ] }, { key: { a: 9 }, absent: true } ] } }")

    def test_changes_that_cannot_be_are_refused_before_anything_runs(self):
        for changes, message in (("{ outer: [ { key: 3, value: 5 } ] }", "holds maps"),
                                 ("{ outer: [ { key: 3, value: [ { key: 7, value: x } ] } ] }", "a map inside outer, value"),
                                 ("{ queue: [ { key: 1, value: 5 } ] }", "has no keys"),
                                 ("{ big: [ { value: 5 } ] }", "has keys"),
                                 ("{ big: [ { key: 5, absent: true } ] }", "is an array"),
                                 ("{ hash: [ { keys: 0..65536, key: { a: i }, value: {} } ] }", "does not fit"),
                                 ("{ hash: [ { file: nosuch.bin } ] }", "cannot read")):
            done = self.run_steps("", changes, "{ globals: { in_bloom: 0 } }", code=2)
            self.assertIn(message, done.stderr)

    def test_queues_and_stacks_are_expected_as_a_whole(self):
        maps = ("      queue: [ { value: 41 }, { value: 42 }, { value: 43 } ]\n"
                "      stack: [ { value: 1 }, { value: 2 }, { value: 3 } ]\n")
        self.run_check(maps, "      maps: { queue: [ { value: 42 }, { value: 43 } ], stack: [ { value: 2 }, { value: 1 } ] }\n")
        done = self.run_check(maps, "      maps: { queue: [ { value: 43 }, { value: 43 } ], stack: [ { absent: true } ] }\n", code=1)
        self.assertIn("map queue, value 0: expected 43, got 42", done.stdout)
        self.assertIn("map stack: expected 0 values, got 2", done.stdout)
        self.tool("record", "--update", "s.yaml")
        updated = self.read_text("s.yaml")
        self.assertIn("queue: [{ value: 42 }, { value: 43 }], stack: [{ value: 2 }, { value: 1 }]", updated)
        self.tool("--scenario", "s.yaml", "--only", "check")

    def test_expectations_that_cannot_be_are_refused(self):
        for maps, message in (("big: [ { value: 1 } ]", "has keys"), ("queue: [ { key: 1, value: 1 } ]", "has no keys"),
                              ("queue: [ { value: x } ]", "map queue, value"), ("bloom: [ { value: 7 } ]", "what is in it cannot be told"),
                              ("queue: [ { value: 1 }, { absent: true } ]", "expect no value next to it"),
                              ("outer: [ { key: 3, value: [ { key: 7, value: x } ] } ]", "x"),
                              ("outer: [ { key: 3, value: [ { keys: 0..3, value: 1 } ] } ]", "one by one")):
            done = self.run_check("      big: [ { key: 0, value: 1 } ]\n", f"      maps: {{ {maps} }}\n", code=2)
            self.assertIn(message, done.stderr)

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

    def test_sysctls_are_named_and_written_as_by_sysctl(self):
        self.write_text("s.yaml", HEAD.format(self.object) + 'network: { devices: { br0.7: { bridge: [ out0 ] } }, sysctls: { '
                        'net.ipv4.ip_local_port_range: "1024 2048", net.ipv4.conf.br0/7.forwarding: 1 } }\nchecks:\n  - name: x\n' + STEP)
        done = self.tool("--scenario", "s.yaml", "--only", "check", code=(0, 4))
        if "no bridge driver" in done.stdout:
            self.skipTest("this kernel has no bridges")
        self.assertIn("1 passed", done.stdout)

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
