"""Each fault of a card is found by the cases meant for it, and by no others."""

import concurrent.futures
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

from harness import TOOL, main

CARD = pathlib.Path(os.environ["XDP_BENCH_BUILD"]) / "bin/xdp-bench-faulty-card"
PATIENCE = 300
# What the manual's table says: the fault, and the cases that fail because of it.
FOUND_BY = {
    "none": set(),
    "lose": {"data.loss"},
    "flip": {"data.bytes"},
    "truncate": {"data.length"},
    "duplicate": {"data.copies"},
    "reorder": {"data.order"},
    "strip-vlan": {"data.vlan_8021q", "data.vlan_8021ad"},
    "delay": {"data.delay"},
    "miscount": {"counters.pass", "counters.drop", "counters.tx"},
}


SIDE_BY_SIDE = 3  # cards, each in a namespace of its own: most of the time passes with waiting


def selection_of(fault):
    """The replays of data.modes take as long as all others together: two cards are enough for them."""
    if fault == "none":
        return ["--group", "control,data,counters,redirect"]
    return ["--group", "data,counters", *([] if fault == "lose" else ["--", "--gtest_filter=-*.data.modes"])]


def qualify(fault):
    """The cases that failed or are invalid on a card with this fault, with their messages, and how many ran."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        done = subprocess.run([CARD, "--fault", fault, "--", TOOL, "qualify", "--dev", "tap1", "--peer", "tap0", "--json", out,
                               *selection_of(fault)], capture_output=True, text=True, timeout=PATIENCE,
                              check=False, cwd=folder)
        if not out.exists():
            raise AssertionError(done.stdout + done.stderr)
        cases = json.loads(out.read_text(encoding="utf-8"))["cases"]
    wrong = {f"{case['group']}.{case['name']}": case["message"] for case in cases if case["finding"] in ("FAIL", "INVALID")}
    return wrong, len(cases), done.returncode


class Faults(unittest.TestCase):
    def test_each_fault_is_found_by_its_cases_alone(self):
        with concurrent.futures.ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
            found = dict(zip(FOUND_BY, pool.map(qualify, FOUND_BY)))
        for fault, expected in FOUND_BY.items():
            with self.subTest(fault=fault):
                wrong, ran, code = found[fault]
                self.assertEqual(set(wrong), expected, wrong)
                self.assertGreater(ran, 20)
                self.assertEqual(code, 1 if expected else 0)

    def test_the_manual_has_this_table(self):
        manual = pathlib.Path(os.environ["XDP_BENCH_SOURCE"], "harness/commands/README.md").read_text(encoding="utf-8")
        for fault, cases in FOUND_BY.items():
            if cases:
                self.assertIn(f"| {fault} | {', '.join(sorted(cases))} |", manual)


if __name__ == "__main__":
    main()
