"""What a program that others have loaded may do: where its frames go, which maps it changes, and which map is meant."""

import json
import sys

from harness import TOOL, PinnedCase, main

ALLOW = "--allow-state-changes"
PASSES = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int passes(struct xdp_md *ctx) { return XDP_PASS; }
char _license[] SEC("license") = "GPL";
"""
REDIRECTS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_DEVMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } ports SEC(".maps");
SEC("xdp") int redirects(struct xdp_md *ctx) { return bpf_redirect_map(&ports, 0, 0); }
char _license[] SEC("license") = "GPL";
"""
ALIKE = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u32); } connection_table_v4 SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u32); } connection_table_v6 SEC(".maps");
SEC("xdp") int firewall_ingress_ipv4(struct xdp_md *ctx)
{
    __u32 key = 1, *value = bpf_map_lookup_elem(&connection_table_v4, &key);
    if (value && *value == 4)
        return XDP_TX;
    value = bpf_map_lookup_elem(&connection_table_v6, &key);
    return value && *value == 6 ? XDP_PASS : XDP_DROP;
}
SEC("xdp") int firewall_ingress_ipv6(struct xdp_md *ctx) { return XDP_DROP; }
char _license[] SEC("license") = "GPL";
"""
CALLS_BACK = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } each SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } constants SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_QUEUE); __uint(max_entries, 4); __type(value, __u32); } queue SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_USER_RINGBUF); __uint(max_entries, 4096); } samples SEC(".maps");
static long add(void *map, __u32 *key, __u64 *value, void *context) { (*value)++; return 0; }
static long take(struct bpf_dynptr *sample, void *context) { return 0; }
SEC("xdp") int adds(struct xdp_md *ctx)
{
    __u32 zero = 0, first = 0;
    __u64 *value = bpf_map_lookup_elem(&constants, &zero);
    bpf_for_each_map_elem(&each, add, 0, 0);
    bpf_map_peek_elem(&queue, &first);
    return value && *value ? XDP_DROP : XDP_PASS;
}
SEC("xdp") int takes(struct xdp_md *ctx)
{
    bpf_user_ringbuf_drain(&samples, take, 0, 0);
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""
# A loader that leaves the attach type 0, as older ones do: OBJECT PIN.
PLAIN_LOADER = """
import ctypes, sys
lib = ctypes.CDLL("libbpf.so.1")
for name in ("bpf_object__open", "bpf_object__next_program"):
    getattr(lib, name).restype = ctypes.c_void_p
opened = ctypes.c_void_p(lib.bpf_object__open(sys.argv[1].encode()))
program = ctypes.c_void_p(lib.bpf_object__next_program(opened, None))
lib.bpf_program__set_expected_attach_type(program, 0)
sys.exit(lib.bpf_object__load(opened) or lib.bpf_obj_pin(lib.bpf_program__fd(program), sys.argv[2].encode()))
"""


class LoadedMaps(PinnedCase):
    def received(self, interface):
        shown = json.loads(self.inside("ip", "-s", "-j", "link", "show", interface).stdout)
        return shown[0]["stats64"]["rx"]["packets"]

    def test_no_frame_leaves_by_an_interface_of_others(self):
        """What a DEVMAP holds is reached from every namespace."""
        plain = self.compile(PASSES, "plain")
        self.inside("ip", "link", "set", "dev", "port1", "xdpdrv", "obj", plain, "sec", "xdp")  # else a veth takes nothing
        index = json.loads(self.inside("ip", "-j", "link", "show", "port0").stdout)[0]["ifindex"]
        load = f"bpftool prog loadall {self.compile(REDIRECTS, 'redirects')} {self.pins} pinmaps {self.pins}; " \
               f"bpftool map update pinned {self.pins}/ports key 0 0 0 0 value {index} 0 0 0; "
        run = f"{TOOL} --prog pinned:{self.pins}/redirects --mode native "
        before = self.received("port1")
        for parts, codes in (("replay", (4,)), ("bench --duration 20ms --rounds 1", (0, 3))):  # test runs are timed
            done = self.shell(load + f"{run} --only {parts} {ALLOW}", code=codes)
            self.assertIn("frames would leave by interfaces that are not the tool's", done.stdout + done.stderr)
            self.assertIn(f"ports[0]: port0 (interface {index}", done.stdout + done.stderr)
        done = self.shell(load + f"{TOOL} compare pinned:{self.pins}/redirects pinned:{self.pins}/redirects --only throughput --mode native "
                          f"--max-time 1s {ALLOW}", code=(4,))
        self.assertIn("frames would leave by", done.stdout + done.stderr)
        self.assertIn("1,000 XDP_REDIRECT", self.shell(load + f"{run} --only check").stdout)
        self.assertLess(self.received("port1") - before, 100)
        # An entry that the tool has written leads to an interface of its own.
        done = self.shell(load + f"{run} --only replay --set 'ports[0]=interface:dut0' {ALLOW}", code=(0, 1, 3))
        self.assertNotIn("frames would leave", done.stdout + done.stderr)
        self.assertLess(self.received("port1") - before, 100)

    def test_a_program_without_attach_type_is_timed_and_compared(self):
        self.compile(PASSES, "plain")
        self.write_text("load.py", PLAIN_LOADER)
        load = f"{sys.executable} load.py plain.o {self.pins}; "
        self.shell(load + f"{TOOL} --prog pinned:{self.pins} --only bench --mode native --duration 20ms --rounds 1 --json out.json",
                   code=(0, 3))
        for case in self.read_json()["cases"]:
            self.assertNotIn("tail-call", case["message"])
        self.shell(load + f"{TOOL} compare pinned:{self.pins} plain.o --only time --max-time 1s --json out.json", code=(0, 1, 3))
        for case in self.read_json()["cases"]:
            self.assertNotIn("tail-call", case["message"])

    def test_maps_whose_names_begin_alike_are_told_apart(self):
        alike = self.compile(ALIKE, "alike")
        load = f"bpftool prog loadall {alike} {self.pins} pinmaps {self.pins}; "
        name = f"pinned:{self.pins}/firewall_ingress_ipv4"
        ids = f"id() {{ bpftool -j map show pinned {self.pins}/$1 | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"id\"])'; }}; "
        done = self.shell(load + f"{TOOL} --prog {name} --only check --set 'connection_table_v4[1]=4' {ALLOW}", code=2)
        self.assertIn("which map is connection_table_v4 cannot be told", done.stderr)
        set_by_id = f"{TOOL} --prog {name} --only check {ALLOW} --set "
        for table, value, verdict in (("v4", 4, "XDP_TX"), ("v6", 6, "XDP_PASS")):
            done = self.shell(load + ids + f"{set_by_id} \"$(id connection_table_{table})[1]={value}\"")
            self.assertIn(f"1,000 {verdict}", done.stdout)
            self.assertIn("firewall_ingress_ipv4", done.stdout)
        both = f"bpftool map update pinned {self.pins}/connection_table_v4 key 1 0 0 0 value 4 0 0 0; "
        done = self.shell(load + both + f"{TOOL} compare {name} alike.o:firewall_ingress_ipv4 --only time --max-time 1s {ALLOW}",
                          code=(0, 1, 2, 3))
        self.assertNotIn("connection_table_v4 (1", done.stdout + done.stderr)
        self.assertNotIn("connection_table_v6 (1", done.stdout + done.stderr)

    def test_callbacks_change_only_what_they_get(self):
        load = f"bpftool prog loadall {self.compile(CALLS_BACK, 'calls_back')} {self.pins}; "
        done = self.shell(load + f"{TOOL} --prog pinned:{self.pins}/adds --only check", code=2)
        self.assertIn("each (array, id", done.stderr)
        for other in ("constants", "queue", "cannot be told"):
            self.assertNotIn(other, done.stderr)
        done = self.shell(load + f"{TOOL} --prog pinned:{self.pins}/takes --only check", code=2)
        self.assertIn("samples (user_ringbuf, id", done.stderr)
        self.assertIn("bpf_user_ringbuf_drain", done.stderr)


if __name__ == "__main__":
    main()
