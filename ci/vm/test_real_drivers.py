"""What ci/real-drivers concludes. Boots nothing."""

import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import tempfile
import unittest
from unittest import mock

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "real-drivers"
loader = importlib.machinery.SourceFileLoader("real_drivers", str(SCRIPT))
real = importlib.util.module_from_spec(importlib.util.spec_from_loader("real_drivers", loader))
loader.exec_module(real)

KEY = ("6.12", "igb", "xdp_tx replay native")
OTHER = ("6.12", "vmxnet3", "xdp_tx replay native")

SAME = ("6.12", "igb", "xdp_drop replay native")


class RealDriversTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=SCRIPT.parent.parent / "build")
        self.addCleanup(folder.cleanup)
        patch = mock.patch.object(real, "LOGS", pathlib.Path(folder.name))
        patch.start()
        self.addCleanup(patch.stop)

    def conclude(self, statuses, verdicts, expected, **options):
        options.setdefault("drivers", ["igb"])
        options.setdefault("parts", ["replay"])
        for kernel in statuses:
            (real.LOGS / f"{kernel}.log").write_text("vm: no network")
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = real.conclude(statuses, verdicts, expected, **options)
        return status, output.getvalue()

    def test_what_is_written_is_read(self):
        rows = {KEY: ("passed", ""), OTHER: ("skipped", "the driver has no such thing")}
        self.assertEqual(real.read_rows(real.expected_text(rows)), rows)
        self.assertEqual(real.read_expected(real.expected_text(rows)), {KEY: "passed", OTHER: "skipped"})

    def test_a_record_replaces_the_rows_of_what_ran_and_no_others(self):
        qualified = ("6.12", "igb", "qualify data.loss")
        ended = real.ended_of("6.12", [{"driver": "igb", "ended": "replay"}, {"driver": "igb", "run": "replay", "seconds": 1}])
        rows = {KEY: ("failed", "why"), SAME: ("passed", ""), OTHER: ("passed", ""), qualified: ("FAIL", "why")}
        new = real.merged(rows, {KEY: ("failed", "text")}, ended)
        self.assertEqual(new, {KEY: ("failed", "why"), OTHER: ("passed", ""), qualified: ("FAIL", "why")})
        self.assertEqual(real.merged(rows, {KEY: ("passed", "")}, ended)[KEY], ("passed", ""), "the reason was of the other verdict")

    def test_what_a_dead_guest_did_not_reach_is_not_taken_out_of_the_record(self):
        rows = {KEY: ("passed", ""), SAME: ("passed", "")}
        self.assertEqual(real.merged(rows, {KEY: ("failed", "")}, set()), rows)
        self.assertEqual(real.merged(rows, {KEY: ("failed", "")}, {("6.12", "igb", "qualify"), ("6.1", "igb", "replay")}), rows)

    def test_a_card_that_the_guest_makes_itself_is_no_card_of_the_machine(self):
        words = real.command_of("6.12", ["igb", "tap"], "build/dev", ["replay"])
        self.assertEqual([words[at + 1] for at, word in enumerate(words) if word == "--nic"], ["igb"])
        self.assertEqual(words[-1], "tap")

    def test_durations_are_printed(self):
        rows = [{"driver": "igb", "run": "replay", "seconds": 61.2}, {"driver": "igb", "case": KEY[2], "verdict": "passed", "message": ""}]
        self.assertEqual(real.verdicts_of("6.12", rows), {KEY: ("passed", "")})
        _, output = self.conclude({"6.12": 0}, {KEY: ("passed", "")}, {KEY: "passed"}, durations=real.durations_of("6.12", rows))
        self.assertIn("1 passed (replay 61 s)", output)

    def test_the_expected_verdicts_pass(self):
        status, output = self.conclude({"6.12": 0}, {KEY: ("passed", "")}, {KEY: "passed", ("6.1", "igb", "x"): "passed"})
        self.assertEqual(status, 0, output)
        self.assertIn("1 passed", output)

    def test_every_difference_fails(self):
        for verdicts, expected, text in (({KEY: ("failed", "no carrier")}, {KEY: "passed"}, "expected passed, got failed\n  no carrier"),
                                         ({KEY: ("passed", "")}, {KEY: "failed"}, "expected failed, got passed"),
                                         ({KEY: ("passed", "")}, {KEY: "passed", SAME: "passed"}, "expected passed, got nothing"),
                                         ({KEY: ("passed", ""), SAME: ("passed", "")}, {KEY: "passed"}, "expected nothing, got passed")):
            status, output = self.conclude({"6.12": 0}, verdicts, expected)
            self.assertEqual(status, 1)
            self.assertIn(text, output)

    def test_what_nothing_is_expected_of_is_not_judged_and_does_not_pass(self):
        status, output = self.conclude({"6.12": 0}, {OTHER: ("passed", "")}, {KEY: "passed"}, drivers=["vmxnet3"])
        self.assertEqual(status, 1, output)
        self.assertIn("no rows for kernel 6.12, driver vmxnet3", output)
        self.assertNotIn("DIFFERENT", output)

    def test_a_part_without_rows_is_not_judged_either(self):
        status, output = self.conclude({"6.12": 0}, {KEY: ("passed", "")}, {KEY: "passed"}, parts=["qualify", "replay"])
        self.assertEqual(status, 1, output)
        self.assertIn("no rows for kernel 6.12, driver igb, qualify", output)

    def test_drivers_that_did_not_run_are_not_compared(self):
        status, output = self.conclude({"6.12": 0}, {KEY: ("passed", "")}, {KEY: "passed", OTHER: "passed"}, drivers=["igb"])
        self.assertEqual(status, 0, output)

    def test_a_missing_kernel_fails_unless_it_may_be_missing(self):
        self.assertEqual(self.conclude({"6.1": 125}, {}, {("6.1", "igb", "x"): "passed"})[0], 1)
        status, output = self.conclude({"6.1": 125}, {}, {("6.1", "igb", "x"): "passed"}, allow_missing=True)
        self.assertEqual(status, 0, output)
        self.assertIn("SKIPPED: kernel 6.1: scripts/vm ended with 125: no network", output)

    def test_a_guest_that_died_fails_whatever_may_be_missing(self):
        self.assertEqual(self.conclude({"6.12": 122}, {KEY: ("passed", "")}, {KEY: "passed"}, allow_missing=True)[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
