"""Ports that are not as a run needs them: --prepare changes them and puts everything back; a killed run is cleaned up."""

import os
import pathlib
import signal
import subprocess
import time

from harness import TOOL, VethCase, main

RECORDS = pathlib.Path("/run/xdp-bench")
SETTINGS = {"rx-vlan-offload": "on", "generic-receive-offload": "on"}


class Prepare(VethCase):
    def setUp(self):
        super().setUp()
        self.inside("ethtool", "-K", "port1", "gro", "on")
        for port in ("port0", "port1"):
            self.inside("sysctl", "-qw", f"net.ipv6.conf.{port}.disable_ipv6=0")
        self.before = self.state()

    def state(self):
        """What --prepare may change of both ports."""
        features = [[line.split()[1] for line in self.inside("ethtool", "-k", port).stdout.splitlines()
                     if line.split(":")[0].strip() in SETTINGS] for port in ("port0", "port1")]
        ipv6 = [self.inside("sysctl", "-n", f"net.ipv6.conf.{port}.disable_ipv6").stdout.strip() for port in ("port0", "port1")]
        return features, ipv6

    def run_over_ports(self, *options, code=0):
        return self.inside(TOOL, "--prog", "xdp_tx", "--only", "replay", "--dev", "port1", "--peer", "port0", "--json", "out.json",
                           *options, code=code)

    def records(self):
        here = self.inside("readlink", "/proc/self/ns/net").stdout.strip()
        return [path for path in RECORDS.glob("*.settings") if here in path.read_text(encoding="utf-8")]

    def test_a_link_local_address_is_no_use(self):
        self.inside("sysctl", "-qw", "net.ipv6.conf.port1.disable_ipv6=0")
        self.inside("ip", "-6", "address", "replace", "fe80::1/64", "dev", "port1")
        refused = self.run_over_ports(code=2).stderr
        self.assertNotIn("in use", refused)
        self.assertIn("--prepare", refused)

    def test_what_is_in_the_way_is_off_for_the_run_only(self):
        done = self.run_over_ports("--prepare")
        self.assertIn("switched off until the run ends", done.stderr)
        for text in ("gro of port1", "rx-vlan-offload of port0", "ipv6 of port1"):
            self.assertIn(text, done.stderr)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])

    def test_a_refused_run_puts_everything_back_too(self):
        self.run_over_ports("--prepare", "--loss", "5%", code=2)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])

    def start_and_end(self, number):
        """A long run that is under way gets the signal."""
        run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "--prog", "xdp_drop", "--only", "bench", "--duration", "60s", "--dev",
                                "port1", "--peer", "port0", "--prepare", "--json", os.path.join(self.folder, "out.json")],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(run.stderr.close)
        line = run.stderr.readline()
        self.assertIn("switched off", line)
        time.sleep(0.5)
        run.send_signal(number)
        run.wait(60)
        return run.returncode

    def test_an_interrupted_run_puts_everything_back(self):
        self.assertEqual(self.start_and_end(signal.SIGINT), 130)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])

    def test_what_a_killed_run_left_is_told_and_restored(self):
        self.start_and_end(signal.SIGKILL)
        self.assertNotEqual(self.state(), self.before)
        self.assertEqual(len(self.records()), 1)
        told = self.run_over_ports("--loss", "5%", code=2).stderr
        self.assertIn("a run that was killed left these settings changed", told)
        self.assertIn("xdp-bench restore", told)
        restored = self.inside(TOOL, "restore").stderr
        self.assertIn("gro of port1", restored)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])
        self.assertIn("nothing to restore", self.inside(TOOL, "restore").stdout)


if __name__ == "__main__":
    main()
