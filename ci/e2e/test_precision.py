"""How long a bench takes, and how exactly its figures are known. How exact they are on this machine is not judged."""

import time

from harness import MEASURED, Case, main


class Precision(Case):
    def test_a_bench_ends_within_its_budget_and_says_how_exact_it_is(self):
        start = time.monotonic()
        done = self.tool("--prog", "xdp_drop", "--only", "bench", "--budget", "2s", "--json", "out.json", code=MEASURED)
        self.assertLess(time.monotonic() - start, 60)  # of which a busy machine takes most
        for bench in self.read_json()["benches"]:
            if bench["outcome"] != "passed":  # on a very busy machine
                self.assertIn("windows count", bench["message"])
                continue
            self.assertEqual(len(bench["rounds"]), 5)
            windows = sum(len(one["window_ns"]) for one in bench["rounds"])
            if "window_evidence" in bench:
                evidence = bench["window_evidence"]
                self.assertEqual(evidence["windows"], windows)
                self.assertEqual(evidence["clean"] + sum(evidence["excluded"].values()), windows)
                self.assertEqual(evidence["excluded"].get("preempted", 0),
                                 sum(one["disturbance"].count("preempted") for one in bench["rounds"]))
                self.assertGreater(evidence["wall_seconds"], 0)
            if "precision" not in bench:
                continue  # on a very busy machine
            precision = bench["precision"]
            self.assertEqual(precision["wanted"], 0.005)
            self.assertEqual(precision["enough"], precision["reached"] <= 0.005)
            for figure in ("ns_per_packet", "baseline_ns", "program_ns"):
                self.assertLessEqual(precision[figure]["low"], precision[figure]["figure"])
                self.assertGreaterEqual(precision[figure]["high"], precision[figure]["figure"])
                self.assertEqual(precision[figure]["confidence"], 0.95)
            # The middle difference of pairs of windows is about the difference of the middle windows.
            self.assertLess(abs(precision["program_ns"]["figure"] - precision["ns_per_packet"]["figure"]
                                + precision["baseline_ns"]["figure"]), 0.2 * precision["ns_per_packet"]["figure"] + 1)
            self.assertIn(f"± {100 * precision['reached']:.2f} %", done.stdout)

    def test_less_precision_takes_fewer_windows(self):
        counts = {}
        for precision in ("90%", "0.01%"):
            self.tool("--prog", "xdp_drop", "--only", "bench", "--budget", "3s", "--precision", precision, "--json", "out.json", code=MEASURED)
            alone = next(bench for bench in self.read_json()["benches"] if bench["mode"] == "test_run")
            counts[precision] = sum(len(one["window_ns"]) for one in alone["rounds"])
        if counts["0.01%"] < 400:
            self.skipTest("the machine was too busy to measure for longer than the first look")
        self.assertLess(counts["90%"], counts["0.01%"])

    def test_a_fixed_time_has_the_rounds_asked_for(self):
        self.tool("--prog", "xdp_drop", "--only", "bench", "--rounds", "2", "--duration", "20ms", "--json", "out.json", code=MEASURED)
        for bench in self.read_json()["benches"]:
            self.assertEqual(len(bench["rounds"]), 2)

    def test_what_makes_no_sense_is_refused(self):
        for option, value in (("--precision", "0"), ("--precision", "101%"), ("--budget", "soon"), ("--budget", "2h"),
                              ("--rounds", "0")):
            done = self.tool("--prog", "xdp_drop", "--only", "bench", option, value, code=2)
            self.assertIn(f"{option} {value}", done.stderr)


if __name__ == "__main__":
    main()
