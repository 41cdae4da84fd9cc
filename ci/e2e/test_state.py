"""Programs whose verdicts depend on what they have seen, and mixed traffic. What they cost is not judged."""

import os
import signal
import subprocess
import time

from harness import SOURCE, TOOL, Case, fixture, main

MIXED = ("--pcap", os.path.join(SOURCE, "pcaps", "mixed.pcap"))  # 1,000 frames
ONE_SOURCE = ("--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"))  # 1,000 frames of IPv4
# A table of connections: the first frame of a flow is dropped and remembered, those after it are sent back.
CONNECTIONS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 65536); __type(key, __u32); __type(value, __u64); } flows SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    __u64 one = 1, *known;
    if (data + 38 > end)
        return XDP_PASS;
    __u32 flow = *(__u16 *)(data + 34);
    known = bpf_map_lookup_elem(&flows, &flow);
    if (known) {
        __sync_fetch_and_add(known, 1);
        return XDP_TX;
    }
    bpf_map_update_elem(&flows, &flow, &one, BPF_ANY);
    return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
"""
SHORT = ("--only", "bench", "--rounds", "2", "--duration", "20ms", "--json", "out.json")


class State(Case):
    def bench(self, function, *options, code=0):
        self.shown = self.tool("--prog", f"{fixture('stateful')}:{function}", *options, *SHORT, code=code).stdout
        return {bench["mode"] + bench["variant"]: bench for bench in self.read_json()["benches"]}

    def test_a_limiter_is_timed_once_it_drops_everything(self):
        benches = self.bench("limit", *ONE_SOURCE)
        self.assertEqual(set(benches), {"test_run", "native"})
        for bench in benches.values():
            self.assertEqual(bench["outcome"], "passed", bench["message"])
            self.assertEqual(bench["action"], "XDP_DROP")
            self.assertEqual(bench["state"]["kind"], "steady")
            self.assertGreaterEqual(bench["state"]["passes"], 1)
            self.assertEqual(bench["state"]["verdicts"]["XDP_DROP"], 1000)
            self.assertGreater(bench["state"]["first_pass"]["XDP_PASS"], 0)
        self.assertRegex(self.shown, r"steady after \d+ pass(es)? of the traffic: 1,000 XDP_DROP \(first pass: ")

    def test_fresh_maps_are_those_of_new_flows(self):
        benches = self.bench("limit", *ONE_SOURCE, "--flows", "1000", "--state", "fresh,kept")
        self.assertIn("test_run/flows:1000", benches)
        fresh = benches["test_run/flows:1000/state:fresh"]
        self.assertEqual(fresh["outcome"], "passed", fresh["message"])
        self.assertEqual(fresh["state"]["kind"], "fresh")
        self.assertIn("native/flows:1000/state:fresh", benches)
        self.assertIn("fresh: maps restored before each window", self.shown)

    def test_frames_that_follow_others_of_their_flow_have_no_figure_of_their_own(self):
        frames = "[Ether()/IP(src='198.18.0.1', dst='198.18.0.2')/UDP(sport=1000 + i % 8, dport=9)/Raw(b'x' * 20) for i in range(40)]"
        done = self.tool("--prog", self.compile(CONNECTIONS), "--scapy", frames, "--state", "fresh", *SHORT)
        benches = {bench["mode"] + bench["variant"]: bench for bench in self.read_json()["benches"]}
        for name in ("test_run/state:fresh", "test_run/verdict:XDP_DROP/state:fresh", "native/verdict:XDP_DROP/state:fresh"):
            self.assertEqual(benches[name]["outcome"], "passed", benches[name]["message"])
        for name in ("test_run/verdict:XDP_TX/state:fresh", "native/verdict:XDP_TX/state:fresh"):
            self.assertEqual(benches[name]["outcome"], "skipped", benches[name]["message"])
            self.assertIn("XDP_TX has no figure of its own: 8 of the 32 frames", benches[name]["message"])
        self.assertIn("such as an earlier one of their flow", done.stdout)

    def test_without_settling_a_change_is_invalid(self):
        self.bench("limit", *ONE_SOURCE, "--settle", "off", code=3)
        self.assertIn("depends on time, on what it has seen before", self.shown)

    def test_mixed_traffic_has_a_row_for_each_verdict(self):
        benches = self.bench("by_byte", *MIXED)
        self.assertEqual(set(benches), {"test_run", "test_run/verdict:XDP_DROP", "test_run/verdict:XDP_PASS",
                                        "native/verdict:XDP_DROP", "native/verdict:XDP_PASS"})
        self.assertTrue(benches["test_run"]["mixed"])
        frames = 0
        for name, bench in benches.items():
            self.assertEqual(bench["outcome"], "passed", bench["message"])
            if name.startswith("native"):
                self.assertFalse(bench["mixed"])
                frames += bench["frames"]
                self.assertEqual({action for action, count in bench["actions"].items() if count}, {bench["action"]})
        self.assertEqual(frames, benches["test_run"]["frames"])
        self.assertNotRegex(self.shown, r" -\d")  # no negative figure

    def test_chance_is_timed_as_it_occurs(self):
        benches = self.bench("sampler", *MIXED)
        alone = benches["test_run"]
        self.assertEqual(alone["outcome"], "passed", alone["message"])
        self.assertEqual(alone["state"]["kind"], "changing")
        for action in ("XDP_DROP", "XDP_PASS"):
            self.assertLess(alone["state"]["fewest"][action], 500)
            self.assertGreater(alone["state"]["most"][action], 500)
        self.assertEqual(benches["native"]["outcome"], "skipped")
        self.assertIn("no steady state", self.shown)

    def test_who_counts_frames_has_no_steady_state(self):
        """With an even number of frames each pass is like the one before."""
        benches = self.bench("every_second", *MIXED)
        alone = benches["test_run"]
        self.assertEqual(alone["outcome"], "passed", alone["message"])
        self.assertEqual(alone["state"]["kind"], "changing")
        self.assertEqual(set(benches), {"test_run", "native"})
        self.assertEqual(benches["native"]["outcome"], "skipped")

    def test_what_makes_no_sense(self):
        for options in (("--settle", "0"), ("--settle", "often"), ("--state", "new")):
            done = self.tool("--prog", "xdp_drop", *options, code=2)
            self.assertIn(options[0], done.stderr)


class Stopped(Case):
    def test_a_stopped_process_repeats_the_window(self):
        with subprocess.Popen([TOOL, "--prog", "xdp_drop", "--only", "bench", "--budget", "6s", "--json", "out.json"],
                              cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
            for _ in range(20):
                time.sleep(0.25)
                if process.poll() is not None:
                    break
                process.send_signal(signal.SIGSTOP)
                time.sleep(0.05)
                process.send_signal(signal.SIGCONT)
            shown, _ = process.communicate(timeout=120)
        benches = self.read_json()["benches"]
        for bench in benches:
            if bench["outcome"] != "passed":  # on a very busy machine
                self.assertIn("windows count", bench["message"], shown)
        self.assertGreater(sum(bench["window_evidence"]["excluded"].get("stopped", 0) for bench in benches), 0)


if __name__ == "__main__":
    main()
