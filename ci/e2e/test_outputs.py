"""What a run writes, read by others' parsers: junitparser, tap.py, Prometheus' OpenMetrics, Google Benchmark's compare.py."""

import os
import re
import statistics
import subprocess
import sys

from harness import Case, MEASURED, main

try:
    import junitparser
    import scipy  # compare.py needs it
    import tap.parser
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
except ImportError as missing:
    print(f"[  SKIPPED ] {missing}: sudo ./scripts/setup test")
    sys.exit(77)

COMPARE = "/usr/share/benchmark/compare.py"

# The first check holds, the second cannot: an echo request is answered by XDP_TX alone.
SCENARIO = """
name: outcomes
about: One check that holds and one that does not
program: xdp_drop
checks:
  - name: drops & counts
    steps: [ { in: "hex: 020000000002 020000000001 0800", expect: { action: XDP_DROP } } ]
  - name: 'passes #2 <of 2>'
    steps: [ { in: "hex: 020000000002 020000000001 0800", expect: { action: XDP_PASS } } ]
"""


class Outputs(Case):
    def run_scenario(self, *options):
        self.write_text("outcomes.yaml", SCENARIO)
        return self.tool("run", "--scenario", "outcomes.yaml", "--json", "out.json", *options, code=1)

    def test_junit_is_read_by_junitparser(self):
        self.run_scenario("--junit", "out.xml")
        report = junitparser.JUnitXml.fromfile(os.path.join(self.folder, "out.xml"))
        self.assertEqual((report.tests, report.failures, report.errors, report.skipped), (2, 1, 0, 0))
        suite, = report
        self.assertEqual(suite.name, "check.outcomes")
        good, bad = suite
        self.assertEqual((good.name, good.classname, good.result), ("drops & counts", "check.outcomes", []))
        self.assertEqual(bad.name, "passes #2 <of 2>")
        self.assertIsInstance(bad.result[0], junitparser.Failure)
        self.assertIn("XDP_DROP", bad.result[0].text)
        properties = {one.name: one.value for one in suite.properties()}
        self.assertEqual(properties["kernel"], self.read_json()["environment"]["kernel"])

    def test_ktap_is_read_by_a_tap_parser(self):
        self.run_scenario("--ktap", "out.ktap")
        text = self.read_text("out.ktap")
        self.assertTrue(text.startswith("KTAP version 1\n1..2\n"), text)
        lines = list(tap.parser.Parser().parse_text(text))
        tests = [line for line in lines if line.category == "test"]
        self.assertEqual([test.ok for test in tests], [True, False])
        self.assertEqual([test.number for test in tests], [1, 2])
        self.assertEqual(tests[1].description, "check.outcomes.passes _2 <of 2>")
        self.assertEqual([line.expected_tests for line in lines if line.category == "plan"], [2])
        self.assertTrue([line for line in lines if line.category == "diagnostic"])

    def test_a_skip_is_a_skip(self):
        self.tool("--prog", "xdp_drop", "--mode", "offload", "--only", "replay", "--junit", "out.xml", "--ktap", "out.ktap",
                  code=4)
        report = junitparser.JUnitXml.fromfile(os.path.join(self.folder, "out.xml"))
        self.assertEqual((report.tests, report.skipped), (1, 1))
        tests = [line for line in tap.parser.Parser().parse_text(self.read_text("out.ktap")) if line.category == "test"]
        self.assertEqual([test.skip for test in tests], [True])

    def test_a_bench_on_the_console_as_json_and_as_openmetrics(self):
        done = self.tool("-v", "--prog", "xdp_tx", "--only", "bench", "--rounds", "3", "--duration", "50ms", "--json", "out.json",
                         "--metrics", "out.txt")
        self.check_metrics()
        self.check_console(done.stdout)

    def check_metrics(self):
        """OpenMetrics is read by Prometheus."""
        families = {family.name: family for family in text_string_to_metric_families(self.read_text("out.txt"))}
        self.assertEqual(families["xdp_bench_packet_seconds"].unit, "seconds")
        self.assertEqual(families["xdp_bench_environment_info"].type, "gauge")
        result = self.read_json()
        native = next(bench for bench in result["benches"] if bench["mode"] == "native")
        wanted = {"mode": "native", "part": "program", "statistic": "median"}
        value, = [sample.value for sample in families["xdp_bench_packet_seconds"].samples
                  if wanted.items() <= sample.labels.items()]
        self.assertAlmostEqual(value * 1e9, native["program_ns"]["median"], places=6)
        wanted = {"mode": "native", "frames": "offered", "statistic": "max"}
        value, = [sample.value for sample in families["xdp_bench_packets_per_second"].samples
                  if wanted.items() <= sample.labels.items()]
        self.assertAlmostEqual(value / native["offered_pps"]["max"], 1, places=9)

    def test_openmetrics_has_the_loads(self):
        self.tool("--prog", "xdp_tx", "--only", "bench,search,latency", "--rate", "1kpps", "--duration", "50ms", "--rounds", "1",
                  "--loss", "0,1%", "--width", "20%", "--json", "out.json", "--metrics", "out.txt", code=MEASURED)
        families = {family.name: family for family in text_string_to_metric_families(self.read_text("out.txt"))}
        result = self.read_json()

        def value(family, **labels):
            found, = [sample.value for sample in families[family].samples if labels.items() <= sample.labels.items()]
            return found

        for search in result["searches"]:
            for goal in search["goals"]:
                if goal["lower_pps"] is not None:
                    self.assertAlmostEqual(value("xdp_bench_throughput_packets_per_second", loss=f"{goal['loss_ratio']:g}",
                                                 stamped="yes" if search["stamped"] else "no") / goal["lower_pps"], 1, places=9)
        rate, = result["rates"]
        if rate["reached"]:
            self.assertAlmostEqual(value("xdp_bench_loss_ratio", rate="1 kpps"), rate["loss_ratio"]["median"], places=9)
        for series in result["latencies"][0]["series"]:
            for quantile in ("p50", "p99.9"):
                self.assertAlmostEqual(value("xdp_bench_latency_seconds", rate="1 kpps", through=series["through"], quantile=quantile) * 1e9,
                                       series[quantile + "_ns"], places=3)

    def test_google_benchmarks_own_compare_reads_two_results(self):
        cpus = sorted(os.sched_getaffinity(0))[-2:]
        self.tool("--prog", "xdp_drop", "--only", "bench", "--rounds", "9", "--duration", "20ms", "--json", "out.json",
                  "--cpus", ",".join(map(str, cpus)))
        # One stands for both: what is compared are figures that depend on the machine.
        done = subprocess.run(["/usr/bin/python3", COMPARE, "--no-color", "benchmarks", "out.json", "out.json"],
                              cwd=self.folder, capture_output=True, text=True, timeout=300)
        self.assertEqual(done.returncode, 0, done.stderr)
        for case in ("test_run", "native"):
            self.assertRegex(done.stdout, rf"(?m)^xdp_drop/{case}/manual_time\s+[+-]\d")
            self.assertRegex(done.stdout, rf"(?m)^xdp_drop/{case}/manual_time_pvalue\s.*U Test, Repetitions: 9 vs 9")
        # The scaling table has a row for each pair of windows.
        result = self.read_json()
        for step in result["scalings"][0]["steps"]:
            name = f"xdp_drop/native/cpus:{len(step['cpus'])}/manual_time"
            self.assertRegex(done.stdout, rf"(?m)^{name}\s+[+-]\d")
            rows = [row for row in result["benchmarks"] if row["name"] == name]
            self.assertEqual([row["processed_pps"] for row in rows], step["together_pps_samples"])
            self.assertEqual([row["apart_pps"] for row in rows], step["apart_pps_samples"])
            for row in rows:
                self.assertAlmostEqual(row["real_time"] * row["processed_pps"], 1e9, places=3)

    def check_console(self, shown):
        """Every figure of the console is in the JSON."""
        result = self.read_json()
        native = next(bench for bench in result["benches"] if bench["mode"] == "native")
        table = shown[shown.index("offered"):]
        keys = ["offered_pps", "processed_pps", "forwarded_pps", "ns_per_packet", "baseline_ns", "program_ns"]
        if "gigahertz" in native:  # not where a look at the clock was disturbed
            keys += ["cycles_per_packet", "program_cycles"]
            clock, low, high = re.search(r"(?m)^\s*clock\s+ns refer to (\S+) GHz, .* measured: (\S+) to (\S+) GHz$", table).groups()
            self.assertEqual(clock, f"{native['clock_gigahertz']:.2f}")
            self.assertEqual((low, high), tuple(f"{native['gigahertz'][statistic]:.2f}" for statistic in ("min", "max")))
        for row, statistic in (("median", "median"), ("lowest", "min"), ("highest", "max")):
            figures = re.findall(r"(?:< )?\S+", re.search(rf"(?m)^\s*{row}\s+(.*)$", table).group(1))
            self.assertEqual(len(figures), len(keys), figures)
            for figure, key in zip(figures, keys):
                if figure.startswith("< "):  # below what the rounds can tell apart from nothing
                    self.assertLessEqual(native[key][statistic], float(figure[2:]), (row, key))
                    continue
                unit, places = (1e6, 3) if key.endswith("pps") else (1, 1)
                self.assertEqual(f"{native[key][statistic] / unit:.{places}f}", figure, (row, key))
        # The summaries are those of the raw samples.
        self.assertEqual(len(native["rounds"]), 3)
        rounds = [one for one in native["rounds"] if not one.get("excluded")] or native["rounds"]
        for key in keys[keys.index("ns_per_packet"):]:
            samples = [one[key] for one in rounds]
            self.assertAlmostEqual(native[key]["median"], statistics.median(samples), places=9)
            self.assertAlmostEqual(native[key]["max"], max(samples), places=9)

    def test_reports_that_cannot_be_written_are_refused_first(self):
        for options in (("--junit", "-"), ("--junit", "same", "--ktap", "same"), ("--metrics", "/proc/no/such")):
            done = self.tool("--prog", "xdp_drop", "--only", "check", *options, code=2)
            self.assertNotIn("passed", done.stdout)
            self.assertIn(options[-1] if options[-1] != "-" else "--junit -", done.stderr)
        self.assertEqual([name for name in os.listdir(self.folder) if name != "results"], [])


if __name__ == "__main__":
    main()
