"""The wrappers of ci/kselftest: one for each group of qualify, with KTAP and kselftest's exit codes."""

import os
import pathlib
import re
import subprocess

from harness import SOURCE, TOOL, VethCase, main

FOLDER = pathlib.Path(SOURCE, "ci/kselftest")


class Kselftest(VethCase):
    def wrapper(self, name, code, **variables):
        settings = [f"{key}={value}" for key, value in {"XDP_BENCH": TOOL, **variables}.items()]
        return self.inside("env", *settings, str(FOLDER / name), code=code).stdout

    def test_there_is_one_for_every_group(self):
        listed = re.findall(r"^xdp-bench:(qualify_(\w+)\.sh)$", (FOLDER / "kselftest-list.txt").read_text(encoding="utf-8"), re.MULTILINE)
        makefile = (FOLDER / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
        self.assertEqual(re.search(r"^TEST_PROGS := (.*)$", makefile, re.MULTILINE)[1].split(), [name for name, _ in listed])
        refused = self.inside(TOOL, "qualify", "--dev", "port1", "--group", "none-such", code=2).stderr
        groups = re.search(r"choose from (.*)", refused)[1].split(", ")
        self.assertEqual([group for _, group in listed], groups)
        for name, _ in listed:
            self.assertTrue(os.access(FOLDER / name, os.X_OK), name)

    def test_a_group_passes(self):
        text = self.wrapper("qualify_control.sh", 0, NETIF="port1", PEER="port0")
        self.assertRegex(text, r"^KTAP version 1\n1\.\.\d+\n")
        self.assertRegex(text, r"# Totals: pass:\d+ fail:0 xfail:0 xpass:0 skip:\d+ error:0\n$")

    def test_what_cannot_run_is_a_skip(self):
        for variables in ({}, {"NETIF": "port1", "XDP_BENCH": "/bin/false"}):
            text = self.wrapper("qualify_data.sh", 4, **variables)
            self.assertIn("1..0 # SKIP", text)
            self.assertIn("skip:1", text)

    def test_what_goes_wrong_fails(self):
        text = self.wrapper("qualify_data.sh", 1, NETIF="none-such", PEER="port0")
        self.assertIn("not ok 1 qualify.data # there is no interface none-such", text)


if __name__ == "__main__":
    main()
