"""Interfaces under alternative names, and questions that have a plain answer."""

import os
import subprocess

from harness import TOOL, VethCase, main

LONG = "enp0s31f6-the-port-on-the-left-side"  # names have at most 15 characters, alternative ones 127
REPLAY = ("--prog", "xdp_drop", "--only", "replay")


class InterfaceNames(VethCase):
    def setUp(self):
        super().setUp()
        for name in (LONG, "short"):
            self.inside("ip", "link", "property", "add", "dev", "port0", "altname", name)

    def test_alternative_names_are_accepted(self):
        for name in (LONG, "short"):
            with self.subTest(name=name):
                self.assertIn("port0", self.inside(TOOL, "doctor", "--dev", name).stdout)
                done = self.inside(TOOL, *REPLAY, "--mode", "native", "--dev", name, "--peer", "port1")
                self.assertIn("replay", done.stdout)
                self.inside(TOOL, "attach", "--prog", "xdp_pass", "--dev", name, "--duration", "100ms")

    def test_one_interface_under_two_names_is_refused(self):
        for device, peer in ((LONG, "port0"), ("port0", "short"), ("short", LONG)):
            done = self.inside(TOOL, *REPLAY, "--dev", device, "--peer", peer, code=2)
            self.assertIn(f"--dev {device} and --peer {peer} are the same interface, port0", done.stderr)

    def test_a_name_that_nobody_has(self):
        for name in ("nosuch", "x" * 30, "x" * 200):
            done = self.inside(TOOL, "doctor", "--dev", name, code=2)
            self.assertIn(name, done.stderr)

    def test_a_veth_cannot_be_in_both_modes_in_one_run(self):
        for setting in ("on", "off"):
            subprocess.run(["ip", "netns", "exec", self.netns, "ethtool", "-K", "port0", "gro", setting], check=False, capture_output=True)
            done = self.inside(TOOL, *REPLAY, "--mode", "generic,native", "--dev", "port0", "--peer", "port1", code=2)
            self.assertIn("one run cannot have both modes", done.stderr)
            self.assertIn("run it once for each", done.stderr)

    def test_shards_that_there_are_not_and_cpus_that_may_not_be_used(self):
        done = subprocess.run([TOOL, "--prog", "xdp_pass", "--only", "check"], cwd=self.folder, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": "5"})
        self.expect(2, done)
        self.assertIn("GTEST_TOTAL_SHARDS=2 and GTEST_SHARD_INDEX=5 name no shard", done.stderr)
        first = min(os.sched_getaffinity(0))
        other = max(os.sched_getaffinity(0))
        if other != first:
            done = subprocess.run(["taskset", "-c", str(first), TOOL, "--prog", "xdp_drop", "--only", "bench", "--cpus", str(other)],
                                  cwd=self.folder, capture_output=True, text=True, timeout=60)
            self.expect(2, done)
            self.assertIn(f"usable CPUs: {first}", done.stderr)


if __name__ == "__main__":
    main()
