"""Programs that are easily reported wrongly: what is no action, redirects to nowhere, chance, contradictions."""

import os

from harness import SOURCE, Case, build_program, cases_of, fixture, main

# A tail call somewhere in the object: all of its programs are loaded.
BESIDE_A_CLOCK = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u32); } next SEC(".maps");
SEC("xdp") int by_interface(struct xdp_md *ctx) { return ctx->ingress_ifindex == 1 ? XDP_PASS : XDP_TX; }
SEC("xdp") int by_clock(struct xdp_md *ctx) { return bpf_ktime_get_ns() & 1 ? XDP_PASS : XDP_DROP; }
SEC("xdp") int goes_on(struct xdp_md *ctx) { bpf_tail_call(ctx, &next, 0); return ctx->ingress_ifindex == 1 ? XDP_PASS : XDP_TX; }
char _license[] SEC("license") = "GPL";
"""
BY_INTERFACE = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int by_interface(struct xdp_md *ctx) { return ctx->ingress_ifindex == 1 ? XDP_PASS : XDP_DROP; }
char _license[] SEC("license") = "GPL";
"""
PLAIN = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int aborts(struct xdp_md *ctx) { return XDP_ABORTED; }
SEC("xdp") int drops(struct xdp_md *ctx) { return XDP_DROP; }
SEC("xdp") int sends(struct xdp_md *ctx) { return XDP_TX; }
SEC("xdp") int back(struct xdp_md *ctx) { return bpf_redirect(ctx->ingress_ifindex, 0); }
char _license[] SEC("license") = "GPL";
"""
MODES = ("--mode", "generic,native", "--only", "check,replay")
SIZES = ("--pcap", os.path.join(SOURCE, "pcaps", "mixed.pcap"))  # 1,000 frames of 60 to 1514 bytes


class Untold(Case):
    def replay(self, function, code, *more):
        self.shown = self.tool("--prog", f"{fixture('untold')}:{function}", *SIZES, *MODES, *more, code=code).stdout
        return self.result()

    def test_a_value_that_is_no_action_is_counted_apart_and_does_not_pass(self):
        result = self.replay("no_action", 1)
        without = result["verdicts"][0]["no_action"]
        self.assertGreater(without, 0)
        for replay in result["replays"]:
            self.assertEqual(replay["no_action"], without)
            self.assertEqual(replay["actions"]["XDP_DROP"], 1000 - without)
            self.assertTrue(replay["accounted_for"])
        for case in cases_of(result, "replay"):
            self.assertEqual(case["outcome"], "failed")
            self.assertIn("no XDP action", case["message"])

    def test_without_a_replay_it_does_not_pass_either(self):
        done = self.tool("--prog", f"{fixture('untold')}:no_action", *SIZES, "--only", "check", code=1)
        self.assertIn("no XDP action", done.stdout)
        self.assertEqual([case["outcome"] for case in cases_of(self.result(), "check")], ["failed"])

    def test_a_redirect_to_nowhere_is_the_same_in_both_modes(self):
        result = self.replay("nowhere", 0)
        for replay in result["replays"]:
            self.assertEqual(replay["actions"]["XDP_REDIRECT"], 1000)
            self.assertEqual(replay["losses"], {"redirect_errors": 1000})
            self.assertTrue(replay["accounted_for"])
        done = self.tool("--prog", f"{fixture('untold')}:nowhere", "--mode", "native", "--only", "bench", "--budget", "2s", "--json", "bench.json", code=3)
        self.assertIn("its redirects fail", done.stdout)

    def test_a_broadcast_that_is_counted_nowhere_is_no_drop(self):
        result = self.replay("to_all_of_none", 3)
        for replay in result["replays"]:
            self.assertEqual(replay["actions"]["XDP_REDIRECT"], 1000)
            self.assertFalse(replay["accounted_for"])
        for case in cases_of(result, "replay"):
            self.assertEqual(case["outcome"], "invalid")
            self.assertIn("a broadcast to a map without other targets, is counted nowhere", case["message"])
        self.assertEqual([case["outcome"] for case in cases_of(result, "modes")], ["skipped"])

    def test_what_a_scenario_expects_does_not_change_what_is_seen(self):
        self.write_text("plain.bpf.c", PLAIN)
        self.assertEqual(build_program(os.path.join(self.folder, "plain.bpf.c"), os.path.join(self.folder, "plain.o")), "")
        for function, returned, wrong in (("aborts", "XDP_ABORTED", "XDP_DROP"), ("drops", "XDP_DROP", "XDP_ABORTED"),
                                          ("back", "XDP_REDIRECT", "XDP_TX"), ("sends", "XDP_TX", "XDP_REDIRECT")):
            for expected, code in ((returned, 0), (wrong, 1)):
                with self.subTest(function=function, expected=expected):
                    self.write_text("plain.yaml", f"name: plain\nabout: x\nprogram: {{ object: plain.o, function: {function} }}\n"
                                    f"replay: {{ topology: pair, traffic: {SIZES[1]}, expect: {{ {expected}: 1000 }} }}\n")
                    self.tool("--scenario", "plain.yaml", *MODES, "--json", "plain.json", code=code)
                    result = self.read_json("plain.json")
                    self.assertEqual([replay["actions"][returned] for replay in result["replays"]], [1000, 1000])
                    self.assertEqual([case["outcome"] for case in cases_of(result, "modes")], ["passed"])

    def test_frames_that_cannot_be_sent_are_counted_once(self):
        result = self.replay("grows", 0)
        for replay in result["replays"]:
            self.assertTrue(replay["accounted_for"])
            self.assertEqual(replay["actions"]["XDP_TX"], 1000)
            self.assertEqual(set(replay["losses"]), {"dut_tx_errors"})
            self.assertEqual(replay["received"] + replay["losses"]["dut_tx_errors"], 1000)
        # A veth loses what follows a frame that is too long, the generic path does not (veth_xdp_xmit()): the program's
        # verdicts are the same.
        self.assertEqual([case["outcome"] for case in cases_of(result, "modes")], ["passed"])

    def test_chance_is_no_disagreement(self):
        for function in ("by_chance", "by_clock"):
            with self.subTest(function=function):
                self.shown = self.tool("--prog", f"{fixture('untold')}:{function}", *SIZES, *MODES, "--json", f"{function}.json").stdout
                result = self.read_json(f"{function}.json")
                self.assertIn("not reproducible: ", self.shown)
                self.assertEqual([case["outcome"] for case in cases_of(result, "modes")], ["skipped"])
                self.assertIn("not reproducible", cases_of(result, "modes")[0]["message"])
                self.assertNotIn("DISAGREE", self.shown)

    def test_a_contradiction_between_test_runs_and_replay_fails(self):
        result = self.replay("by_interface", 1)
        for case in cases_of(result, "replay"):
            self.assertEqual(case["outcome"], "failed")
            self.assertIn("test runs and the replay contradict each other", case["message"])
            self.assertIn("XDP_PASS: 1,000 frames in test runs, 0 in the replay", case["message"])
            self.assertIn("ingress interface", case["message"])
        self.tool("--prog", f"{fixture('untold')}:by_interface", *SIZES, "--mode", "native", "--only", "bench", "--rounds", "1", "--duration", "20ms",
                  "--json", "bench.json", code=3)
        native, = (bench for bench in self.read_json("bench.json")["benches"] if bench["mode"] == "native")
        self.assertEqual(native["outcome"], "invalid")
        self.assertIn("on the interface that a frame comes in by", native["message"])


    def test_a_drop_that_only_the_interface_causes_is_not_the_tools_fault(self):
        done = self.tool("--prog", self.compile(BY_INTERFACE), "--only", "bench", "--mode", "generic", "--budget", "2s", code=3)
        self.assertIn("the program drops here what it does not drop in test runs", done.stdout)

    def test_a_clock_that_another_program_of_the_object_reads_is_no_excuse(self):
        self.write_text("beside.bpf.c", BESIDE_A_CLOCK)
        self.assertEqual(build_program(os.path.join(self.folder, "beside.bpf.c"), os.path.join(self.folder, "beside.o")), "")
        done = self.tool("--prog", "beside.o:by_interface", *SIZES, *MODES, code=1)
        self.assertIn("test runs and the replay contradict each other", done.stdout)
        self.assertNotIn("reads the clock", done.stdout)
        done = self.tool("--prog", "beside.o:goes_on", *SIZES, *MODES, code=0)  # to by_clock, for all that is known
        self.assertIn("reads the clock (bpf_ktime_get_ns)", done.stdout)


if __name__ == "__main__":
    main()
