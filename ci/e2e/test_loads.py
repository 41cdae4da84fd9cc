"""Offered rates, loss search and latency through the command line. Nothing here depends on how fast the machine is."""

import os

from harness import Case, MEASURED, main

SLOW = "1kpps"
MADE_UP = 0.128  # seconds that the generator may be held up at that rate: then every frame is sent, if not in time


class Loads(Case):
    def measure(self, *arguments, code=MEASURED):
        done = self.tool("run", *arguments, "--json", "out.json", code=code)
        return done, self.read_json()

    def check_trial(self, trial):
        self.assertEqual(trial["lost"], sum(trial["losses"].values()))
        self.assertEqual(trial["sent"], trial["processed"] + trial["lost"], trial)
        self.assertEqual(trial["sent"], sum(trial["sent_by_cpu"]))
        self.assertLessEqual(trial["sent"], trial["rate_pps"] * trial["seconds"] + 1)
        self.assertGreaterEqual(trial["sent_seconds"], trial["seconds"])

    def check_all_sent(self, trial, frames):
        if trial["worst_lag_seconds"] < MADE_UP:
            self.assertEqual(trial["sent"], frames)

    def test_an_offered_rate(self):
        for mode in ("native", "generic"):
            with self.subTest(mode=mode):
                done, result = self.measure("--prog", "xdp_tx", "--mode", mode, "--only", "bench", "--rate", SLOW, "--duration", "200ms",
                                            "--rounds", "3")
                self.assertIn("offered rates, Mpps", done.stdout)
                rate, = result["rates"]
                self.check_reached(rate)
                self.assertEqual(len(rate["trials"]), 3)
                for trial in rate["trials"]:
                    self.check_all_sent(trial, 200)
                    self.check_trial(trial)
                    self.assertEqual(trial["forwarded"], trial["processed"])
                self.assertEqual(result["benches"], [])

    def test_a_rate_that_is_not_reached_is_not_called_that_rate(self):
        done, result = self.measure("--prog", "xdp_drop", "--only", "bench", "--rate", "1000Mpps", "--duration", "50ms", "--rounds", "2", code=3)
        self.assertIn("did not reach 1000 Mpps", done.stdout)
        rate, = result["rates"]
        self.assertEqual((rate["outcome"], rate["reached"]), ("invalid", 0))
        self.assertNotIn("offered_pps", rate)
        for trial in rate["trials"]:
            self.assertEqual(trial["sent"], trial["processed"] + trial["lost"])

    def test_what_a_cpumap_has_no_room_for_is_lost(self):
        if len(os.sched_getaffinity(0)) < 2:
            self.skipTest("frames are redirected to another CPU")
        # Eight frames at a time for a queue of one: a fast generator loses some at any speed.
        done, result = self.measure("--prog", "xdp_redirect_cpu", "--set", "cpus[0]={qsize: 1}", "--only", "search", "--duration", "50ms",
                                    "--rounds", "1", "--width", "20%", "--loss", "1%")
        search, = result["searches"]
        self.assertNotIn("unaccounted", search["message"])
        lossy = [trial for trial in search["probes"] if trial["losses"].get("cpumap_drops")]
        self.assertTrue(lossy, done.stdout)
        for trial in search["probes"] + search["trials"]:
            self.assertEqual(trial["forwarded"] + trial["lost"], trial["sent"])

    def test_a_search_ends_and_says_what_bounds_it(self):
        done, result = self.measure("--prog", "xdp_drop", "--only", "search", "--duration", "50ms", "--rounds", "2", "--loss", "0,1%",
                                    "--width", "10%", code=0)
        self.assertIn("not RFC 2544", done.stdout)
        search, = result["searches"]
        self.assertEqual(search["outcome"], "passed", search["message"])
        self.assertEqual([goal["loss_ratio"] for goal in search["goals"]], [0, 0.01])
        self.assertEqual(len(search["probes"]), 3)
        self.assertGreater(len(search["trials"]), 1)
        for trial in search["trials"]:
            self.check_trial(trial)
            self.assertLessEqual(trial["rate_pps"], search["max_pps"])
            self.assertGreaterEqual(trial["rate_pps"], search["min_pps"])
        for goal in search["goals"]:
            self.assertIn(goal["bound"], ("program", "generator", "none"))
            self.assertEqual(goal["duration_sum_seconds"], 0.1)
            above = [trial for trial in search["trials"] if trial["rate_pps"] == goal["upper_pps"] and trial["reached"]]
            lossy = any(trial["loss_ratio"] > goal["loss_ratio"] for trial in above)
            if goal["lower_pps"] is None:
                self.assertEqual(goal["bound"], "none")
            else:
                self.assertEqual(goal["bound"], "program" if lossy else "generator")

    def check_latency(self, latency):
        self.check_reached(latency)
        self.assertGreater(latency["clock_ns"], 0)
        series = {one["through"]: one for one in latency["series"]}
        self.assertEqual(set(series), {"program", "baseline"})
        for through, trials in (("program", "trials"), ("baseline", "baseline_trials")):
            one = series[through]
            for trial in latency[trials]:
                self.check_trial(trial)
            self.assertEqual(one["arrived"], sum(trial["forwarded"] for trial in latency[trials]))
            self.assertEqual(one["samples"], one["arrived"])
            self.assertEqual(sum(count for _, _, count in one["buckets"]), one["samples"])
            for name, share in (("p50_ns", 500), ("p90_ns", 900), ("p99_ns", 990), ("p99.9_ns", 999)):
                rank = -(-one["samples"] * share // 1000)
                below = 0
                for _, highest, count in one["buckets"]:
                    below += count
                    if below >= rank:
                        self.assertEqual(one[name], min(highest, one["max_ns"]), name)
                        break
        return series["program"]["place"]

    def test_latency_there_and_back_and_one_way(self):
        for program, mode, place in (("icmp_lb", "native", "tester"), ("xdp_tx", "generic", "tester"), ("xdp_pass", "native", "stack"),
                                     ("xdp_redirect", "native", "far end")):
            with self.subTest(program=program, mode=mode):
                done, result = self.measure("--prog", program, "--mode", mode, "--only", "latency", "--rate", SLOW, "--duration", "200ms",
                                            "--rounds", "2")
                self.assertIn("p99.9", done.stdout)
                latency, = result["latencies"]
                self.assertEqual(self.check_latency(latency), place)
                self.assertEqual(len(latency["trials"]), 2)
                for trial in latency["trials"]:
                    self.check_all_sent(trial, 200)

    def test_latency_at_a_share_of_what_a_search_finds(self):
        done, result = self.measure("--prog", "xdp_tx", "--only", "latency", "--rate", "0.1%", "--duration", "100ms", "--rounds", "1",
                                    "--loss", "50%", "--width", "50%")
        search, = result["searches"]
        latency, = result["latencies"]
        self.assertAlmostEqual(latency["rate_pps"], search["goals"][0]["conditional_throughput_pps"] * 0.001, delta=1)
        self.check_latency(latency)

    def test_what_ends_in_the_program_has_no_latency(self):
        done = self.tool("run", "--prog", "xdp_drop", "--only", "latency", "--rate", SLOW, code=4)
        self.assertIn("nothing arrives whose latency could be measured", done.stdout)

    def several_cpus(self):
        cpus = sorted(os.sched_getaffinity(0))[:2]
        if len(cpus) < 2:
            self.skipTest("takes two CPUs")
        return cpus, ",".join(map(str, cpus))

    def check_several(self, load, cpus, listed):
        self.assertEqual((load["generator_cpus"], load["variant"], load["placement"]), (cpus, f"/cpus:{listed}", "shared"))

    def test_a_rate_from_several_cpus_is_that_rate_together(self):
        cpus, listed = self.several_cpus()
        for program, mode in (("xdp_tx", "native"), ("xdp_tx", "generic"), ("xdp_redirect", "native")):
            with self.subTest(program=program, mode=mode):
                done, result = self.measure("--prog", program, "--mode", mode, "--only", "bench", "--rate", "1001pps", "--cpus", listed,
                                            "--duration", "200ms", "--rounds", "3", "--junit", "out.xml", "-v")
                self.assertIn(f"a generator and the program on each of CPUs {', '.join(map(str, cpus))}; offered 1.001 kpps", done.stdout)
                self.assertIn(f'name="{mode}/cpus:{listed} rate 1.001 kpps"', self.read_text("out.xml"))
                rate, = result["rates"]
                self.check_several(rate, cpus, listed)
                self.check_reached(rate)
                for trial in rate["trials"]:
                    self.check_trial(trial)
                    self.check_all_sent(trial, 201)
                    if trial["worst_lag_seconds"] < MADE_UP:
                        self.assertEqual(trial["sent_by_cpu"], [101, 100])
                    self.assertEqual(trial["forwarded"] + trial["lost"], trial["sent"])
                self.assertEqual((result["benches"], result["scalings"]), ([], []))  # no table beside

    def test_what_several_cpus_offer_is_not_compared_with_what_one_does(self):
        cpus, listed = self.several_cpus()
        for name, others in (("several.json", ("--cpus", listed)), ("one.json", ("--cpus", str(cpus[0]))), ("plain.json", ())):
            self.tool("run", "--prog", "xdp_drop", "--only", "bench", "--rate", SLOW, *others, "--duration", "50ms", "--rounds", "1",
                      "--json", name, code=MEASURED)
        several, one, plain = (self.read_json(name)["rates"][0]["generator_cpus"] for name in ("several.json", "one.json", "plain.json"))
        self.assertEqual([several, one, len(plain)], [cpus, cpus[:1], 1])  # where none is named, the quietest
        for one, other in (("several.json", "one.json"), ("several.json", "plain.json"), ("one.json", "plain.json")):
            self.assertEqual(self.tool("compare", one, other, code=3).stdout.count("only in the"), 2)

    def test_a_search_from_several_cpus(self):
        cpus, listed = self.several_cpus()
        done, result = self.measure("--prog", "xdp_drop", "--only", "search", "--cpus", listed, "--duration", "50ms", "--rounds", "2",
                                    "--loss", "1%", "--width", "20%", "-v", code=0)
        self.assertIn("2 generators can offer up to", done.stdout)
        search, = result["searches"]
        self.check_several(search, cpus, listed)
        for trial in search["probes"] + search["trials"]:
            self.check_trial(trial)
            self.assertTrue(all(trial["sent_by_cpu"]), trial)  # both were at it

    def test_latency_from_several_cpus_has_every_frame_of_all(self):
        cpus, listed = self.several_cpus()
        for program, mode, place in (("xdp_tx", "native", "tester"), ("xdp_pass", "generic", "stack"),
                                     ("xdp_redirect_cpu", "native", "stack"), ("xdp_redirect_cpu", "generic", "stack")):
            with self.subTest(program=program, mode=mode):
                _, result = self.measure("--prog", program, "--mode", mode, "--only", "latency", "--rate", SLOW, "--cpus", listed,
                                         "--duration", "200ms", "--rounds", "2")
                latency, = result["latencies"]
                self.check_several(latency, cpus, listed)
                self.assertEqual(self.check_latency(latency), place)
                for trial in latency["trials"] + latency["baseline_trials"]:
                    self.check_all_sent(trial, 200)

    def test_several_cpus_that_overflow_a_cpumap_lose_frames_by_name(self):
        _, listed = self.several_cpus()
        _, result = self.measure("--prog", "xdp_redirect_cpu", "--set", "cpus[0]={qsize: 1}", "--only", "bench", "--rate", "1000Mpps",
                                 "--cpus", listed, "--duration", "50ms", "--rounds", "1", code=3)
        trial, = result["rates"][0]["trials"]
        self.assertGreater(trial["losses"].get("cpumap_drops", 0), 0)
        self.assertEqual(trial["forwarded"] + trial["lost"], trial["sent"])

    def test_what_is_asked_for_wrongly(self):
        for arguments, said in ((["--rate", "500"], "has no unit"), (["--rate", "5mpps"], "no unit mpps"), (["--rate", "0kpps"], "is not between"),
                                (["--only", "check", "--rate", SLOW], "--only leaves out"), (["--rate", "1pps", "--duration", "10ms"], "whole frame"),
                                (["--only", "serch"], "did you mean search"), (["--only", "search", "--loss", "2"], "is not a share"),
                                (["--only", "search", "--exceed", "100%"], "every trial"),
                                (["--only", "check", "--cpus", "0"], "--cpus goes with bench, search and latency"),
                                (["--rate", SLOW, "--cpus", "8000"], "may not use CPU 8000"), (["--only", "search", "--cpus", "0,"], "no list of CPUs"),
                                (["--only", "latency", "--cpus", "0", "--placement", "separate"], "do not go together"),
                                (["--only", "search", "--width", "0"], "is not a share")):
            with self.subTest(arguments=arguments):
                done = self.tool("run", "--prog", "xdp_tx", *arguments, code=2)
                self.assertIn(said, done.stderr)
                self.assertFalse(os.path.exists(os.path.join(self.folder, "results")))


if __name__ == "__main__":
    main()
