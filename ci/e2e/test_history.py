"""Labels of results, and `xdp-bench history`, as a user types it."""

import csv
import functools
import io
import json
import os
import re
import subprocess

from harness import TOOL, Case, MEASURED, main, run

PROGRAM = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

SEC("xdp") int mine(struct xdp_md *ctx) { return XDP_DROP; }
char _license[] SEC("license") = "GPL";
"""
# Of the machine that runs these tests; what CI sets would be found.
CI_VARIABLES = ("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT", "BUILD_SOURCEVERSION", "BUILDKITE_COMMIT", "CIRCLE_SHA1",
                "CIRRUS_CHANGE_IN_REPO", "TRAVIS_COMMIT", "BUILD_NUMBER")


class Labels(Case):
    def setUp(self):
        super().setUp()
        self.object = self.compile(PROGRAM)
        self.environment = {name: value for name, value in os.environ.items() if name not in CI_VARIABLES}

    def git(self, *words):
        return subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *words], cwd=self.folder, check=True,
                              capture_output=True, text=True).stdout.strip()

    def labels(self, *options, **variables):
        self.tool("--prog", self.object, "--only", "check", "--json", "out.json", *options, env=self.environment | variables)
        return self.read_json()["labels"]

    def test_without_a_checkout_there_are_those_that_were_given(self):
        self.assertEqual(self.labels(), {})
        self.assertEqual(self.labels("--label", "commit=1a2b,board=left"), {"commit": "1a2b", "board": "left"})

    def test_the_checkout_that_the_program_lies_in(self):
        self.git("init", "-q", "-b", "trunk")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        commit = self.git("rev-parse", "HEAD")
        self.assertEqual(self.labels(), {"commit": commit, "branch": "trunk"})
        self.assertEqual(self.labels(GITHUB_SHA="other", GITHUB_REF_NAME="fix", GITHUB_RUN_ID="7"),
                         {"commit": commit, "branch": "trunk", "build": "7"})
        self.assertEqual(self.labels("--label=branch=mine"), {"commit": commit, "branch": "mine"})
        self.git("gc", "-q")
        self.git("checkout", "-q", "--detach")
        self.assertEqual(self.labels(CI_COMMIT_SHA=commit, CI_COMMIT_REF_NAME="fix"), {"commit": commit, "branch": "fix"})

    def test_a_repository_executes_nothing(self):
        self.git("init", "-q", "-b", "trunk")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        trap = os.path.join(self.folder, "trap")
        self.write_text("trap", "#!/bin/sh\ntouch sprung\n")
        os.chmod(trap, 0o755)
        self.git("config", "core.fsmonitor", trap)
        self.labels()
        self.assertFalse(os.path.exists(os.path.join(self.folder, "sprung")))

    def test_a_comparison_has_both_commits(self):
        self.git("init", "-q", "-b", "trunk")
        self.git("commit", "-q", "--allow-empty", "-m", "one")
        commit = self.git("rev-parse", "HEAD")
        self.tool("compare", self.object, self.object, "--only", "time", "--max-time", "1s", "--json", "out.json", "--pcap",
                  os.path.join(os.environ["XDP_BENCH_SOURCE"], "pcaps", "udp_64.pcap"), env=self.environment, code=MEASURED)
        self.assertEqual(self.read_json()["labels"], {"commit": commit, "branch": "trunk", "base_commit": commit})

    def test_what_is_no_label_is_refused(self):
        done = self.tool("--prog", self.object, "--label", "commit", code=2)
        self.assertIn("--label commit is not NAME=VALUE", done.stderr)


@functools.cache
def measured():
    """What a real bench wrote, once for all tests: each sets the figures."""
    done = run("--prog", "xdp_drop", "--only", "bench", "--rounds", "2", "--duration", "20ms", "--json", "-")
    assert done.returncode in MEASURED, done.stdout + done.stderr
    return done.stdout


class History(Case):
    def result(self, number, factor=1.0, name=None, **environment):
        """A result of the hour `number` of a program that takes so many times as long."""
        document = json.loads(measured())
        document["started"] = f"2026-11-{1 + number // 24:02}T{number % 24:02}:00:00Z"
        document["labels"] = {"commit": f"c{number}", "branch": "main"}
        document["environment"].update(environment)
        noise = 1 + 0.002 * (number * 7 % 5)
        for bench in document["benches"]:
            bench.update(outcome="passed", excluded_rounds=0)
            bench.get("precision", {})["reached"] = 0.004  # whatever the machine was busy with
            for key, value in (("cycles_per_packet", 300), ("ns_per_packet", 100)):
                bench[key] = {"median": value * factor * noise}
            if "processed_pps" in bench:
                bench["processed_pps"] = {"median": 4e6 / (factor * noise)}
        name = name or f"{number:03}.json"
        os.makedirs(os.path.join(self.folder, "results", os.path.dirname(name)), exist_ok=True)
        self.write_text(os.path.join("results", name), json.dumps(document))
        return document

    def results(self, before=20, after=8, factor=1.1):
        for number in range(before + after):
            self.result(number, factor if number >= before else 1.0)

    def history(self, *options, code=0):
        return self.tool("history", "results", *options, code=code)

    def series(self, *options):
        return json.loads(self.history("--json", "-", *options).stdout)["series"]

    def test_a_line_for_each_series_with_its_change(self):
        self.results()
        shown = self.history().stdout
        self.assertIn("28 results, 2026-11-01 to 2026-11-02\n", shown)
        lines = [line for line in shown.splitlines() if line.startswith("  xdp_drop/")]
        self.assertEqual(len(lines), 3, shown)
        for line in lines:
            self.assertIn("(slower) from c20 (2026-11-01) on, confidence 99.9 %", line)
            self.assertIn("▁▁▁" if "Mpps" not in line else "▁▁", line)
        self.assertEqual(len([line for line in lines if "-9.1 %" in line and "Mpps" in line]), 1, shown)
        self.assertEqual(len([line for line in lines if "+10.0 %" in line and "cycles/packet" in line]), 2, shown)

    def test_a_terminal_shows_how_far_the_reading_is(self):
        self.results(before=5, after=0)
        shown = subprocess.run(["script", "-qec", f"{TOOL} history results", "/dev/null"], cwd=self.folder, capture_output=True, text=True, check=True)
        self.assertRegex(shown.stdout, r"\[#+ +\] \d+ %, \d+ s left  reading results: 2 of 5")
        self.assertIn("5 results", shown.stdout)
        self.assertNotIn("reading", self.history().stderr)

    def test_a_series_that_did_not_change(self):
        self.results(after=0)
        self.assertEqual(self.history("--fail-on-change", "5").stdout.count("no change"), 3)

    def test_a_change_lately_fails_where_that_is_asked_for(self):
        self.results()
        self.assertIn("changed within the newest 8 results: xdp_drop/", self.history("--fail-on-change", "8", code=1).stderr)
        self.history("--fail-on-change", "7")
        self.assertIn("--fail-on-change 2: a change is seen with the 3rd result", self.history("--fail-on-change", "2", code=2).stderr)
        self.assertIn("--last 10 is less than 11", self.history("--last", "10", code=2).stderr)
        self.assertEqual(self.history("--last", "11").stdout.count("17 results older"), 1)

    def test_machines_kernels_and_placements_are_apart(self):
        self.result(0)
        self.result(1, host="other")
        self.result(2, kernel="5.15")
        self.assertEqual(len(self.series()), 9)
        self.assertEqual(len(self.series("--merge", "host,kernel")), 3)
        self.assertIn("--merge hots: there is no such key (did you mean host?)", self.history("--merge", "hots", code=2).stderr)
        document = self.result(3)
        for bench in document["benches"]:
            bench["placement"] = "elsewhere"
        self.write_text("results/003.json", json.dumps(document))
        self.assertEqual(len(self.series()), 12)
        self.assertIn(", placement elsewhere", self.history().stdout)

    def test_only_results_with_a_label(self):
        self.results(after=0)
        self.assertIn("none of 20 results has these labels", self.history("--label", "branch=other", code=2).stderr)
        self.assertIn("1 result of 20 with these labels", self.history("--label", "commit=c3").stdout)

    def test_what_cannot_be_used_is_named(self):
        self.result(0, name="deep/below/0.json")
        document = self.result(1)
        document["benches"][0]["outcome"] = "invalid"
        self.write_text("results/001.json", json.dumps(document))
        self.write_text("results/bad.json", '{"benches": [')
        self.write_text("results/other.json", "{}")
        self.write_text("results/comparison.json", '{"kind": "comparison", "schema_version": 2}')
        self.write_text("results/capture.pcap", "")
        os.symlink("001.json", os.path.join(self.folder, "results", "latest.json"))
        os.mkfifo(os.path.join(self.folder, "results", "pipe.json"))
        shown = self.history("results/001.json").stdout
        self.assertIn("2 results, ", shown)
        for name, reason in (("001.json", " is invalid"), ("bad.json", "it is incomplete or damaged, at line 1, byte 13 of 13"),
                             ("other.json", "it is not a result of xdp-bench run"), ("comparison.json", "it is a comparison"),
                             ("pipe.json", "not a regular file")):
            self.assertRegex(shown, f"results/{name}: .*{reason}")
        self.assertNotIn("capture", shown)
        self.assertIn("left out: results/bad.json", self.history("--export", "csv").stderr)
        self.assertIn("none of 1 file", self.tool("history", "results/bad.json", code=2).stderr)
        self.assertIn("missing", self.tool("history", "missing", code=2).stderr)
        self.tool("history", code=2)

    def test_exports(self):
        self.results()
        rows = list(csv.DictReader(io.StringIO(self.history("--export", "csv").stdout)))
        self.assertEqual(len(rows), 3 * 28)
        self.assertEqual([row["commit"] for row in rows if row["change"]], ["c20"] * 3)
        self.history("--export", "otava", "-o", "otava")
        names = sorted(os.listdir(os.path.join(self.folder, "otava")))
        self.assertEqual(len(names), 4)
        for name in names[:-1] if names[-1] == "otava.yaml" else names[1:]:
            if name.endswith(".csv"):
                self.assertIn(name, self.read_text("otava/otava.yaml"))
        self.assertIn("name a folder", self.history("--export", "otava", code=2).stderr)
        self.assertIn("no such format (did you mean csv?)", self.history("--export", "cvs", code=2).stderr)
        self.history("--export", "openmetrics", "-o", "history.prom")
        self.assertTrue(self.read_text("history.prom").endswith("# EOF\n"))

    def test_an_openmetrics_parser_reads_the_export(self):
        try:
            from prometheus_client.openmetrics.parser import text_string_to_metric_families
        except ImportError:
            self.skipTest("python3-prometheus-client is missing")
        self.results()
        families = {family.name: family for family in text_string_to_metric_families(self.history("--export", "openmetrics").stdout)}
        self.assertEqual(len(families["xdp_bench_history_packet_cycles"].samples), 2)
        rate, = families["xdp_bench_history_packets_per_second"].samples
        self.assertAlmostEqual(rate.value, 4e6 / (1.1 * (1 + 0.002 * (27 * 7 % 5))), delta=1)
        self.assertEqual({sample.labels["commit"] for sample in families["xdp_bench_history_change_ratio"].samples}, {"c20"})

    def test_a_page_with_a_chart_of_each_series(self):
        self.results()
        self.history("--html", "history.html")
        page = self.read_text("history.html")
        self.assertEqual(page.count("<svg"), 3)
        self.assertEqual(page.count("<figure"), 3)
        self.assertIn("(slower) from c20 (2026-11-01) on, confidence 99.9 %", page)
        for part in ("<h1>history</h1>", "3 of 3 series changed", "28 results, 2026-11-01 to 2026-11-02", "history results --html history.html"):
            self.assertIn(part, page)
        titles = re.findall(r"<figcaption>(.*?)</figcaption>", page)
        self.assertEqual(len(set(titles)), 3, titles)

    def test_a_folder_without_results_is_named(self):
        os.makedirs(os.path.join(self.folder, "results"))
        self.assertIn("results has no .json file", self.history(code=2).stderr)

    def test_a_reader_that_stops_is_named(self):
        self.results()
        shown = subprocess.run(["sh", "-c", f"(sleep 1; exec {TOOL} history results) | true"], cwd=self.folder, capture_output=True, text=True,
                               check=True)
        self.assertIn("the program that reads it has ended", shown.stderr)
        self.assertNotIn("space", shown.stderr)

    def test_a_report_names_the_kind_that_it_does_not_take(self):
        self.results(before=3, after=0)
        self.history("--json", "history.json")
        self.assertIn('its kind is "history"', self.tool("report", "history.json", "-o", "page.html", code=2).stderr)

    def test_series_of_other_cpus_have_labels_of_their_own(self):
        self.result(0)
        self.result(1, cpus_online="77")
        lines = self.history("--export", "openmetrics").stdout.splitlines()
        keys = [line.rsplit(" ", 1)[0] for line in lines if not line.startswith("#")]
        self.assertEqual(len(set(keys)), len(keys), keys)
        self.assertIn('cpus_online="77"', "".join(keys))

    def test_json_has_every_value(self):
        self.results()
        for series in self.series():
            self.assertEqual([point["labels"]["commit"] for point in series["points"]], [f"c{number}" for number in range(28)])
            change, = series["changes"]
            self.assertEqual((change["index"], change["last_before"]["labels"]["commit"]), (20, "c19"))
            self.assertGreaterEqual(change["confidence"], 0.995)


if __name__ == "__main__":
    main()
