"""compare old.json new.json, as a user types it; the figures are scaled here, so that speed does not matter."""

import copy
import functools
import json
import os

from harness import Case, MEASURED, main, run


@functools.cache
def measured():
    """What a real bench wrote, once for all tests: each sets the figures."""
    done = run("--prog", "xdp_drop", "--only", "bench", "--rounds", "5", "--duration", "20ms", "--json", "-")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class CompareResults(Case):
    def setUp(self):
        super().setUp()
        self.old = json.loads(measured())
        for bench in self.old["benches"]:
            for number, one in enumerate(bench["rounds"]):
                one.update(ns_per_packet=100 + 0.1 * number, timed_ns_per_packet=100 + 0.1 * number, cycles_per_packet=300 + 0.3 * number, gigahertz=3.0,
                           excluded=False)
            bench["core_ipc"] = 5.5
            bench.pop("precision", None)
        self.write("old.json", self.old)

    def write(self, name, document):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            json.dump(document, file)

    def changed(self, factor=1.0, clock=1.0, **environment):
        """The same result of a program that takes so many times as long, of a machine whose clock is so many times as fast."""
        new = copy.deepcopy(self.old)
        new["environment"].update(environment)
        for bench in new["benches"]:
            for one in bench["rounds"]:
                one["ns_per_packet"] *= factor / clock
                one["timed_ns_per_packet"] *= factor / clock
                one["cycles_per_packet"] *= factor
                one["gigahertz"] *= clock
        self.write("new.json", new)
        self.new = new

    def compare(self, *options, code):
        return self.tool("compare", "old.json", "new.json", *options, code=code).stdout

    def test_the_same_twice(self):
        self.changed()
        self.assertEqual(self.compare(code=0).count("no difference shown"), 2)
        self.compare("--fail-on-regression", "5%", code=0)

    def test_a_result_of_schema_1_is_read(self):
        self.changed(1.1)
        self.old["schema_version"] = 1
        for bench in self.old["benches"]:
            for one in bench["rounds"]:
                one["core_shared"] = one.pop("excluded")
        self.write("old.json", self.old)
        self.assertEqual(self.compare("--fail-on-regression", "5%", code=1).count("REGRESSION"), 2)

    def test_a_regression_fails_where_that_is_asked_for(self):
        self.changed(1.1)
        self.assertIn("+10.0 %", self.compare(code=0))
        self.assertEqual(self.compare("--fail-on-regression", "5%", code=1).count("REGRESSION"), 2)
        self.compare("--fail-on-regression", "20%", code=0)
        self.assertIn("undecided", self.compare("--fail-on-regression", "10%", code=3))

    def test_the_comparison_is_written_as_documents(self):
        self.changed(1.1, kernel="6.1.0")
        files = {option: "out" + option for option in ("--html", "--markdown", "--junit", "--ktap", "--metrics")}
        self.compare(*(word for pair in files.items() for word in pair), code=3)
        self.assertIn("kernel: ", self.read_text(files["--html"]))  # another environment: nothing is judged
        self.changed(1.1)
        self.compare("--fail-on-regression", "5%", *(word for pair in files.items() for word in pair), code=1)
        text = {option: self.read_text(name) for option, name in files.items()}
        self.assertIn("REGRESSION", text["--html"])
        self.assertIn("change by figure", text["--html"])
        self.assertRegex(text["--markdown"], r"\| REGRESSION \| .* \| \\\+10.00 % \|")
        self.assertEqual(text["--junit"].count("<failure"), 2)
        self.assertEqual(text["--ktap"].count("not ok"), 2)
        self.assertRegex(text["--metrics"], r'xdp_bench_changed_ratio\{figure="xdp_drop[^}]*verdict="REGRESSION"\} 0\.(0999|1)')

    def test_documents_say_what_is_slower_though_nothing_asks_for_it(self):
        self.changed(2)
        self.compare("--markdown", "s.md", "--html", "s.html", "--junit", "s.xml", code=0)
        text = self.read_text("s.md")
        self.assertTrue(text.startswith("### xdp-bench: 2 figures are slower \\(not judged: no --fail-on-regression\\)"), text)
        self.assertEqual(text.count("became slower**: +100"), 2)
        self.assertIn('class="verdict invalid">2 figures are slower', self.read_text("s.html"))

    def test_figures_of_all_windows_count_where_they_are_known(self):
        def known(document, figure):
            for bench in document["benches"]:
                bench["clock_gigahertz"] = 3.0
                bench["precision"] = {"ns_per_packet": {"figure": figure, "low": 0.995 * figure, "high": 1.005 * figure}}
        known(self.old, 100)
        self.write("old.json", self.old)
        self.changed()  # the rounds are the same
        known(self.new, 110)
        self.write("new.json", self.new)
        shown = self.compare("--fail-on-regression", "5%", code=1)
        self.assertEqual(shown.count("REGRESSION"), 2)
        self.assertIn("330.0 cycles", shown)

    def test_several_results_a_side(self):
        self.changed(1.2)
        shown = self.tool("compare", "--fail-on-regression", "5%", "old.json", "old.json", "old.json", "--", "new.json", "new.json", code=1).stdout
        self.assertEqual(shown.count("REGRESSION"), 2)
        self.assertEqual(shown.count("old: old.json"), 3)
        self.tool("compare", "old.json", "old.json", "new.json", code=2)
        self.tool("compare", "old.json", "--", "new.o", code=2)

    def test_faster_is_no_regression(self):
        self.changed(0.8)
        self.assertIn("faster", self.compare("--fail-on-regression", "5%", code=0))

    def test_a_clock_that_drifted_is_no_regression_and_hides_none(self):
        self.changed(clock=0.8)
        shown = self.compare("--fail-on-regression", "5%", code=0)
        self.assertEqual(shown.count("no difference shown"), 2)
        self.assertIn("100.2, 125.2 (+25.0 %)", shown)
        self.assertIn("3.00 GHz in the old result, 2.40 GHz in the new one", shown)
        self.changed(1.1, clock=1.2)
        shown = self.compare("--fail-on-regression", "5%", code=1)
        self.assertEqual(shown.count("REGRESSION: at a clock 20 % higher"), 2)
        self.assertIn("300.6 cycles", shown)

    def test_a_core_that_another_thread_shared_is_no_regression(self):
        self.changed(1.5)
        for bench in self.new["benches"]:
            bench["core_ipc"] = 2.8
        self.write("new.json", self.new)
        shown = self.compare("--fail-on-regression", "5%", code=3)
        self.assertEqual(shown.count("undecided: in the new result another thread shared the core throughout"), 2)
        self.changed()
        for bench in self.new["benches"]:
            bench["rounds"][0].update(excluded=True, cycles_per_packet=540)
        self.write("new.json", self.new)
        shown = self.compare("--fail-on-regression", "5%", code=0)
        self.assertEqual(shown.count("no difference shown: 0 and 1 rounds are left out"), 2)

    def test_in_ns_where_one_has_no_cycles(self):
        self.changed(1.1)
        for bench in self.old["benches"]:
            for one in bench["rounds"]:
                del one["cycles_per_packet"], one["gigahertz"]
        self.write("old.json", self.old)
        shown = self.compare("--fail-on-regression", "5%", code=1)
        self.assertEqual(shown.count("REGRESSION: in ns, the old result has no cycles"), 2)
        self.assertIn("100.2 ns", shown)

    def test_another_machine_is_not_judged(self):
        self.changed(1.1, kernel="5.15.0", cpu_model="another")
        shown = self.compare("--fail-on-regression", "5%", code=3)
        self.assertIn(f"kernel: {self.old['environment']['kernel']} / 5.15.0", shown)
        self.assertIn("cpu_model:", shown)
        self.assertNotIn("REGRESSION", shown)
        self.compare(code=3)

    def test_loads_are_compared_too(self):
        self.tool("--prog", "xdp_drop", "--only", "bench,search", "--rate", "1kpps", "--rounds", "4", "--duration", "20ms",
                  "--loss", "1%", "--exceed", "90%", "--width", "20%", "--json", "old.json", code=MEASURED)
        with open(os.path.join(self.folder, "old.json"), encoding="utf-8") as file:
            self.old = json.load(file)
        # The figures are set here, so that speed does not matter.
        rate, = self.old["rates"]
        rate["outcome"] = "passed"
        for number, trial in enumerate(rate["trials"]):
            trial.update(reached=True, sent_seconds=1.0, processed=1000 + number)
        search, = self.old["searches"]
        search["outcome"] = "passed"
        search["goals"][0].update(lower_pps=1e6, upper_pps=1.01e6, bound="program")
        self.write("old.json", self.old)
        new = copy.deepcopy(self.old)
        self.write("new.json", new)
        shown = self.compare("--fail-on-regression", "5%", code=0)
        self.assertIn("xdp_drop/native/XDP_DROP processed at 1 kpps", shown)
        self.assertIn("one value each, exact to 1.0 %", shown)
        for trial in new["rates"][0]["trials"]:
            trial["processed"] *= 0.8
        self.write("new.json", new)
        self.assertIn("-20.0 %", self.compare("--fail-on-regression", "5%", code=1))
        new = copy.deepcopy(self.old)
        new["searches"][0]["goals"][0].update(lower_pps=0.9e6, upper_pps=0.91e6)
        self.write("new.json", new)
        self.assertIn("REGRESSION", self.compare("--fail-on-regression", "5%", code=1))
        new["searches"][0]["goals"][0].update(upper_pps=None, bound="generator")
        self.write("new.json", new)
        self.assertIn("the most that the generator offered", self.compare("--fail-on-regression", "5%", code=3))
        new["searches"][0]["placement"] = "another"
        self.write("new.json", new)
        self.assertIn("measured differently: placement", self.compare("--fail-on-regression", "5%", code=3))

    def test_what_is_no_result_is_refused(self):
        self.write("new.json", {"benches": 1})
        done = self.tool("compare", "old.json", "new.json", code=2)
        self.assertIn("new.json is not a result of xdp-bench", done.stderr)
        self.assertEqual(done.stdout, "")
        self.write("new.json", dict(self.old, schema_version=3))
        done = self.tool("compare", "old.json", "new.json", code=2)
        self.assertIn("new.json has schema_version 3, this tool reads 1 and 2", done.stderr)
        self.tool("compare", "old.json", "missing.json", code=2)
        self.tool("compare", "old.json", code=2)
        self.changed()
        for bad in ("five", "-1%", "0", "0%", "nan", "5%%", "inf", "50%", "5", "0.05"):
            self.assertIn("--fail-on-regression", self.tool("compare", "old.json", "new.json", "--fail-on-regression", bad,
                                                            code=2).stderr)

    def test_options_of_a_measurement_are_refused(self):
        self.changed()
        done = self.tool("compare", "old.json", "new.json", "--mode", "native", code=2)
        self.assertIn("--mode is for two programs", done.stderr)
        done = self.tool("compare", "xdp_drop", "xdp_drop", "--fail-on-regression", "5%", code=2)
        self.assertIn("--fail-on-regression is for two results", done.stderr)


if __name__ == "__main__":
    main()
