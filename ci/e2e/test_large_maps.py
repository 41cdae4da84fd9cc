"""Maps of millions of entries, and maps with a value for each CPU."""

import os
import resource
import signal
import subprocess
import time

from harness import PATIENCE, TOOL, VethCase, main

BIG = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, ENTRIES); __type(key, __u32); __type(value, __u32); } ring SEC(".maps");
SEC("xdp") int big(struct xdp_md *ctx)
{
    __u32 key = 5, *value = bpf_map_lookup_elem(&ring, &key);
    if (value)
        *value += 3;
    return XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

FLAGS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_PERCPU_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } flags SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    __u32 key = 1;
    __u64 *value = bpf_map_lookup_elem(&flags, &key);
    return value && (*value & 2) ? XDP_DROP : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""


class LargeMaps(VethCase):
    def attached(self, program):
        """The program on port0, until the test ends."""
        process = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "attach", "--prog", program, "--dev", "port0"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

        def stop():
            process.terminate()
            process.communicate(timeout=PATIENCE)
        self.addCleanup(stop)
        self.assertIn("port0", process.stdout.readline())

    def tearDown(self):
        self.doCleanups()  # the program goes before the namespace does
        super().tearDown()

    def map(self, *words):
        return self.inside(TOOL, "map", "--dev", "port0", *words).stdout

    def test_a_map_of_two_million_entries_takes_little_memory(self):
        self.compile(BIG, "big", ENTRIES=2000000)
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.tool("record", "--prog", "big.o", "--scapy", "Ether()/IP()/UDP()", "-o", "big.yaml")
        self.assertIn("value: 3", self.read_text("big.yaml").replace("'", "").replace('"', ""))
        self.attached(os.path.join(self.folder, "big.o"))
        self.map("set", "ring[7]=9")
        shown = self.map("show", "ring")
        self.assertEqual(shown, "ring[7] = 9\nring: 1,999,999 entries of zeros\n")
        used = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        self.assertLess(used, max(before, 300_000), "KiB, the largest process")

    def test_a_recording_can_be_interrupted(self):
        self.compile(BIG, "big", ENTRIES=60000000)
        running = subprocess.Popen([TOOL, "record", "--prog", "big.o", "--scapy", "Ether()/IP()/UDP()", "-o", "big.yaml"], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        time.sleep(1)
        running.send_signal(signal.SIGTERM)
        _, error = running.communicate(timeout=PATIENCE)
        self.assertIn(running.returncode, (130, 2, -signal.SIGTERM), error)  # too little memory for the map: 2
        self.assertFalse(os.path.exists(os.path.join(self.folder, "big.yaml")))

    def test_values_of_each_cpu_are_shown_as_they_are(self):
        self.compile(FLAGS)
        self.attached(os.path.join(self.folder, "mine.o"))
        self.assertEqual(self.map("set", "flags[1]=2"), "set flags[1] = 2 on each CPU\n")
        for what in ("flags", "flags[1]"):
            self.assertRegex(self.map("show", what), r"^flags\[1\] = 2( on each of [0-9]+ CPUs)?\n$")


if __name__ == "__main__":
    main()
