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
        expected = {KEY: "passed", OTHER: "skipped"}
        self.assertEqual(real.read_expected(real.expected_text(expected)), expected)

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
