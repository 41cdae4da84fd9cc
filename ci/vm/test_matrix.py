"""What ci/kernel-matrix concludes from what its guests did. Boots nothing."""

import contextlib
import importlib.machinery
import importlib.util
import io
import pathlib
import unittest
from unittest import mock

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "kernel-matrix"
loader = importlib.machinery.SourceFileLoader("matrix", str(SCRIPT))
matrix = importlib.util.module_from_spec(importlib.util.spec_from_loader("matrix", loader))
loader.exec_module(matrix)


def passed(kernel):
    return matrix.Column(kernel, rows={"kernel engine": {"outcome": "passed", "cases": 3}})


def missing(kernel):
    return matrix.Column(kernel, unavailable="no network")


class MatrixTest(unittest.TestCase):
    def conclude(self, *columns, allow_missing=False):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = matrix.conclude(list(columns), allow_missing)
        return status, output.getvalue()

    def test_it_passes_if_all_kernels_passed(self):
        status, output = self.conclude(passed("6.1"), passed("6.12"))
        self.assertEqual(status, 0)
        self.assertIn("kernel matrix: passed on 6.1, 6.12", output)

    def test_a_missing_kernel_is_not_a_pass(self):
        status, output = self.conclude(missing("6.1"), passed("6.12"))
        self.assertEqual(status, 1)
        self.assertIn("FAILED: kernel 6.1 cannot be obtained: no network", output)
        self.assertIn("kernel matrix: FAILED", output)
        self.assertEqual(self.conclude(missing("6.1"))[0], 1)

    def test_a_missing_kernel_is_skipped_on_request(self):
        status, output = self.conclude(missing("6.1"), passed("6.12"), allow_missing=True)
        self.assertEqual(status, 0)
        self.assertIn("SKIPPED: kernel 6.1 cannot be obtained: no network", output)
        self.assertIn("passed on 6.12", output)
        status, output = self.conclude(missing("6.1"), allow_missing=True)
        self.assertEqual(status, 0)
        self.assertIn("passed on no kernel", output)

    def test_few_guests_run_side_by_side_and_columns_keep_their_order(self):
        at_once, most = [], 0

        class Guest:
            def __init__(self, kernel):
                self.looks, self.returncode = {"a": 6, "b": 1, "c": 2, "d": 1}[kernel], 0
                at_once.append(self)

            def poll(self):
                nonlocal most
                most = max(most, len(at_once))
                self.looks -= 1
                if self.looks <= 0 and self in at_once:
                    at_once.remove(self)
                return None if self.looks > 0 else 0

        with mock.patch.object(matrix, "start", lambda kernel, part, build: Guest(kernel)), \
                mock.patch.object(matrix, "finished", lambda kernel, status: kernel), mock.patch.object(matrix.time, "sleep"):
            self.assertEqual(matrix.run_guests(dict.fromkeys("abcd", "whole"), "build/dev", {}), list("abcd"))
        self.assertEqual(most, matrix.SIDE_BY_SIDE)

    def test_a_failure_fails_whatever_is_missing(self):
        failed = matrix.Column("6.12", rows={"a": {"outcome": "failed", "output": "why"}})
        for allow_missing in (False, True):
            status, output = self.conclude(missing("6.1"), failed, allow_missing=allow_missing)
            self.assertEqual(status, 1)
            self.assertIn("why", output)
        self.assertEqual(self.conclude(matrix.Column("6.1", failure="the guest died"))[0], 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
