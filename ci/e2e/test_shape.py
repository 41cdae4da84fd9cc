"""The axes of a bench: frame sizes, flows, placements. What is measured is not judged, only how."""

import os
import statistics

from harness import Case, main

QUICK = ("--only", "bench", "--rounds", "1", "--duration", "30ms", "--json", "out.json")


class Shape(Case):
    def bench(self, *arguments):
        """The benches of a quick run by variant, of the native mode; and the whole result."""
        self.tool(*arguments, *QUICK)
        result = self.read_json()
        for bench in result["benches"]:
            self.assertEqual(bench["outcome"], "passed", bench["message"])
        return {bench["variant"]: bench for bench in result["benches"] if bench["mode"] == "native"}, result

    def test_sizes_are_with_the_fcs_and_keep_the_path(self):
        benches, result = self.bench("--prog", "icmp_lb", "--size", "64,1518,imix")
        self.assertEqual(set(benches), {"/size:64", "/size:1518", "/size:imix"})
        for variant, shortest, longest, frames in (("/size:64", 60, 60, 1000), ("/size:1518", 1514, 1514, 1000),
                                                   ("/size:imix", 60, 1514, 1008)):
            bench = benches[variant]
            self.assertEqual((bench["shortest_frame_bytes"], bench["longest_frame_bytes"]), (shortest, longest))
            self.assertEqual(bench["frames"], frames)
            self.assertEqual(bench["flows"], 64)
            self.assertEqual(bench["actions"]["XDP_TX"], sum(bench["actions"].values()))
            self.assertEqual(bench["received"], bench["actions"]["XDP_TX"])
        names = {run["run_name"] for run in result["benchmarks"]}
        self.assertLessEqual({"icmp_lb/test_run/size:64/manual_time", "icmp_lb/native/size:imix/manual_time"}, names)

    def test_flows_are_as_many_as_asked_for(self):
        for flows in (1, 1000):
            benches, _ = self.bench("--prog", "ip_filter", "--flows", str(flows), "--size", "128")
            bench = benches[f"/size:128/flows:{flows}"]
            self.assertEqual((bench["flows"], bench["frames"]), (flows, flows))
            self.assertEqual(bench["longest_frame_bytes"], 124)

    def test_what_cannot_be_shaped_is_said_first(self):
        for options, words in ((("--size", "64"), "its headers alone have 62"), (("--size", "64"), "ask for a larger --size"), (("--size", "big"), "neither imix nor a number"),
                               (("--size", "64,64"), "twice"), (("--size", "9221"), "neither imix nor"), (("--flows", "0"), "--flows 0"),
                               (("--placement", "apart"), "no such placement"), (("--cpus", "a"), "no list of CPUs"),
                               (("--cpus", "8000"), "may not use CPU 8000"), (("--cpus", "0", "--placement", "separate"), "do not go together")):
            with self.subTest(options=options):
                done = self.tool("--prog", "drop_ipv6", *options, *QUICK, code=2)
                self.assertIn(words, done.stderr)
                self.assertEqual(os.listdir(self.folder), [])

    def test_placements_are_recorded_and_never_compared(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("separate placement needs two CPUs")
        for program, action, end in (("xdp_drop", "XDP_DROP", None), ("xdp_tx", "XDP_TX", "received"),
                                     ("xdp_pass", "XDP_PASS", "passed"), ("xdp_redirect", "XDP_REDIRECT", "forwarded")):
            with self.subTest(program=program):
                benches, result = self.bench("--prog", program, "--placement", "separate")
                bench, = benches.values()
                self.assertRegex(result["environment"]["cpu_interference"],
                                 rf"^CPU {bench['cpu']}: [\d.]+ x as long while CPU {bench['generator_cpu']} is busy "
                                 r"\(half of 20 turns: [\d.]+ to [\d.]+\)$")
                self.assertEqual(bench["placement"], "separate")
                self.assertGreater(bench["ns_per_packet"]["median"], 0)
                self.assertNotEqual(bench["cpu"], bench["generator_cpu"])
                # The program ran where it was put, and nowhere else.
                self.assertEqual([one["cpu"] for one in bench["cpus"]], [bench["cpu"]])
                round_, = bench["rounds"]
                refused = bench["losses"].get("generator_xmit_errors", 0)
                self.assertEqual(round_["offered"], round_["processed"] + refused)
                if end:
                    lost = sum(bench["losses"].values()) - refused
                    self.assertEqual(bench[end] + lost, bench["actions"][action])
                self.assertIn(bench["bound"], ("generator", "program"))
                self.assertIn("found the ring", bench["evidence"])
        os.rename(os.path.join(self.folder, "out.json"), os.path.join(self.folder, "separate.json"))
        _, result = self.bench("--prog", "xdp_redirect", "--placement", "shared")
        self.assertNotIn("cpu_interference", result["environment"])
        shown = self.tool("compare", "separate.json", "out.json").stdout
        self.assertIn("xdp_redirect/native/separate/XDP_REDIRECT", shown)
        self.assertEqual(shown.count("only in the"), 2)

    def test_the_scaling_table(self):
        cpus = sorted(os.sched_getaffinity(0))[-2:]
        if len(cpus) < 2:
            self.skipTest("takes two CPUs")
        for program, action in (("xdp_tx", "XDP_TX"), ("xdp_redirect", "XDP_REDIRECT")):
            with self.subTest(program=program):
                done = self.tool("--prog", program, "--cpus", ",".join(map(str, cpus)), "--flows", "10", *QUICK)
                self.assertIn("together", done.stdout)
                scaling, = self.read_json()["scalings"]
                self.assertEqual(scaling["outcome"], "passed", scaling["message"])
                self.assertEqual((scaling["mode"], scaling["action"], scaling["flows"]), ("native", action, 10))
                self.assertGreaterEqual(scaling["queues"], 2)
                self.assertEqual([step["cpus"] for step in scaling["steps"]], [cpus[:1], cpus])
                for step in scaling["steps"]:
                    together, apart = step["together_pps_samples"], step["apart_pps_samples"]
                    self.assertEqual(len(together), len(apart))
                    self.assertAlmostEqual(step["together_pps"], statistics.median(together), places=3)
                    ratios = [one / other for one, other in zip(together, apart)]
                    self.assertAlmostEqual(step["efficiency"], statistics.median(ratios), places=9)
                self.assertEqual(scaling["steps"][0]["speedup"], 1)
                self.assertEqual(scaling["actions"][action], sum(scaling["actions"].values()))

    def test_a_cpumap_has_no_scaling_table(self):
        done = self.tool("--prog", "xdp_redirect_cpu", "--cpus", "0", *QUICK)
        self.assertIn("a CPUMAP has no scaling table", done.stdout)
        self.assertEqual(self.read_json()["scalings"][0]["outcome"], "skipped")

    def test_other_sizes_are_not_compared(self):
        for size in ("64", "128"):
            self.tool("--prog", "xdp_drop", "--size", size, *QUICK)
            os.rename(os.path.join(self.folder, "out.json"), os.path.join(self.folder, f"{size}.json"))
        shown = self.tool("compare", "64.json", "128.json", code=3).stdout
        self.assertEqual(shown.count("only in the"), 4)


if __name__ == "__main__":
    main()
