"""Ports that are not as a run needs them: --prepare changes them and puts everything back; a killed run is cleaned up."""

import json
import os
import signal
import subprocess
import time

from harness import RECORDS, TOOL, VethCase, comes_true, main, setting_records

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
        return setting_records(self.netns)

    def test_a_link_local_address_is_no_use(self):
        self.inside("sysctl", "-qw", "net.ipv6.conf.port1.disable_ipv6=0")
        self.inside("ip", "-6", "address", "replace", "fe80::1/64", "dev", "port1")
        refused = self.run_over_ports(code=2).stderr
        self.assertNotIn("in use", refused)
        self.assertIn("--prepare", refused)

    def test_what_is_in_the_way_is_off_for_the_run_only(self):
        done = self.run_over_ports("--prepare")
        self.assertIn("changed until the run ends", done.stderr)
        for text in ("gro of port1", "rx-vlan-offload of port0", "ipv6 of port1"):
            self.assertIn(text, done.stderr)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])

    def assert_refused(self, *words):
        """And before anything was changed."""
        with self.subTest(words=words):
            done = self.inside(TOOL, *words, code=2)
            self.assertNotIn("changed", done.stderr)
            self.assertEqual(self.state(), self.before)
        return done.stderr

    def test_a_refused_command_changes_nothing(self):
        """Whatever is wrong: options, files or ports."""
        self.inside("ip", "link", "property", "add", "dev", "port1", "altname", "alt1")
        ports = ("--dev", "port1", "--peer", "port0", "--prepare")
        for options in (("--loss", "5%"), ("--pcap", "nosuch.pcap"), ("--queues", "0"), ("--out", "port1"), ("--out", "nosuch0"),
                        ("--mode", "nosuch"), ("--json", "/proc/nosuch/x"), ("--set", "nosuch=1"), ("--", "--gtest_nosuch")):
            self.assert_refused("--prog", "xdp_tx", "--only", "replay", *ports, *options)
        self.assert_refused("--prog", "nosuch", *ports)
        self.assert_refused("compare", "xdp_tx", "nosuch", *ports)
        self.assert_refused("compare", "xdp_tx", "xdp_tx", *ports, "--json", "/proc/nosuch/x")
        for peer in ("nosuch0", "port1", "alt1"):
            self.assert_refused("--prog", "xdp_tx", "--dev", "port1", "--peer", peer, "--prepare")
            self.assert_refused("qualify", "--dev", "port1", "--peer", peer)
        qualify = ("qualify", "--dev", "port1", "--peer", "port0")
        for options in (("--resume", "--json", "nosuch.json"), ("--json", "/proc/nosuch/x"), ("--junit", "/proc/nosuch/x"), ("--group", "nosuch"),
                        ("--duration", "x")):
            self.assert_refused(*qualify, *options)

    def assert_not_touched(self, text):
        """By none of the commands that prepare ports."""
        ports = ("--dev", "port1", "--peer", "port0")
        for words in (("--prog", "xdp_tx", *ports, "--prepare"), ("--prog", "xdp_tx", "--dev", "port1", "--mode", "offload", "--prepare"),
                      ("compare", "xdp_tx", "xdp_tx", *ports, "--prepare"), ("qualify", *ports), ("qualify", "--dev", "port1")):
            self.assertIn(text, self.assert_refused(*words))

    def test_a_port_in_use_is_not_changed(self):
        self.inside("ip", "address", "add", "198.51.100.1/24", "dev", "port1")
        self.assert_not_touched("port1 is in use and not touched: it has address 198.51.100.1, routes")

    def test_a_port_that_is_down_is_not_changed(self):
        self.inside("ip", "link", "set", "port1", "down")
        self.assert_not_touched("port1 (--dev) is down")

    def test_a_third_port_in_use_is_not_changed(self):
        self.inside("ip", "link", "add", "port2", "type", "veth", "peer", "name", "port3")
        for port in ("port2", "port3"):
            self.inside("ip", "link", "set", port, "up")
        self.inside("ip", "address", "add", "198.51.100.1/24", "dev", "port3")
        for out in (("--out", "port3"), ("--out", "port2", "--out-peer", "port3")):
            refused = self.assert_refused("--prog", "xdp_tx", "--dev", "port1", "--peer", "port0", "--prepare", *out)
            self.assertIn("port3 is in use", refused)

    def test_a_prepared_port_that_does_not_do_is_restored(self):
        """A veth without receive offload takes in nothing in generic mode."""
        done = self.run_over_ports("--prepare", "--mode", "generic", code=2)
        self.assertIn("changed until the run ends", done.stderr)
        self.assertEqual(self.state(), self.before)
        self.assertEqual(self.records(), [])

    def start_and_end(self, number):
        """A long run that is under way gets the signal."""
        run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "--prog", "xdp_drop", "--only", "bench", "--duration", "60s", "--dev",
                                "port1", "--peer", "port0", "--prepare", "--json", os.path.join(self.folder, "out.json")],
                               stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.folder)
        self.addCleanup(run.stderr.close)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        line = run.stderr.readline()
        self.assertIn("changed until", line)
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

    def record(self, *lines, name="0", started=1):
        """A record that a killed run could have left, in addition to those that are there."""
        RECORDS.mkdir(mode=0o755, exist_ok=True)
        path = RECORDS / f"e2e{os.getpid()}-{name}.settings"
        self.addCleanup(path.unlink, missing_ok=True)
        path.write_text("\n".join([f"process 2147483647 {started}", *lines]) + "\n", encoding="utf-8")
        return path

    def mtu(self):
        return json.loads(self.inside("ip", "-j", "link", "show", "dev", "port1").stdout)[0]["mtu"]

    def test_the_oldest_value_remains_even_if_one_cannot_be_restored(self):
        here = f"namespace {self.inside('readlink', '/proc/self/ns/net').stdout.strip()}"
        oldest = self.record(here, "was port1 mtu 1700", name="1", started=5)
        newer = self.record(here, "was port1 mtu 1800", name="2", started=10)
        failing = self.record(here, "was port1 warp 9", name="3", started=7)
        done = self.inside(TOOL, "restore", code=2)
        self.assertIn("warp", done.stderr)
        self.assertEqual(self.mtu(), 1700)
        self.assertEqual([path.exists() for path in (oldest, newer, failing)], [False, False, True])

    def restore_elsewhere(self):
        """What `restore` says in another namespace, which has no records of its own."""
        other = f"{self.netns}-other"
        subprocess.run(["ip", "netns", "add", other], check=True)
        try:
            done = subprocess.run(["ip", "netns", "exec", other, TOOL, "restore"], capture_output=True, text=True, timeout=60, check=True)
        finally:
            subprocess.run(["ip", "netns", "delete", other], check=True)
        self.assertEqual(done.stdout, "nothing to restore in this network namespace\n")
        return done.stderr

    def test_who_may_restore_nothing_is_not_told_that_there_is_nothing(self):
        done = self.inside("setpriv", "--reuid=65534", "--clear-groups", TOOL, "restore", code=4)
        self.assertIn("missing privileges: ", done.stderr)
        self.assertNotIn("nothing to restore", done.stdout)

    def test_what_is_left_in_another_namespace_is_told(self):
        self.start_and_end(signal.SIGKILL)
        changed = self.state()
        told = self.restore_elsewhere()
        line = next(line for line in told.splitlines() if f"in the network namespace {self.netns}: " in line)
        self.assertIn("gro of port1", line)
        command = f"ip netns exec {self.netns} xdp-bench restore"
        self.assertIn(f"  to do:  sudo {command}\n", told)
        self.assertEqual((self.state(), len(self.records())), (changed, 1))
        subprocess.run(command.replace("xdp-bench", TOOL).split(), check=True, capture_output=True)
        self.assertEqual((self.state(), self.records()), (self.before, []))

    def test_a_namespace_without_a_name_is_told_by_its_number(self):
        process = subprocess.Popen(["unshare", "-n", "sleep", "300"])
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        entry = f"/proc/{process.pid}/ns/net"
        self.assertTrue(comes_true(lambda: os.readlink(entry) != os.readlink("/proc/self/ns/net")))
        path = self.record(f"namespace {os.readlink(entry)}", "port gone0 gro")
        told = self.restore_elsewhere()
        self.assertIn(f"in the network namespace {os.readlink(entry)}: gro of gone0 (was on)\n  to do:  in that network namespace, as root: "
                      f"xdp-bench restore; if it is gone: sudo rm {path}\n", told)
        subprocess.run(["nsenter", f"--net={entry}", TOOL, "restore"], check=True, capture_output=True)
        self.assertFalse(path.exists())

    def test_the_record_of_a_namespace_that_is_gone_is_removed(self):
        number = self.inside("readlink", "/proc/self/ns/net").stdout.strip()  # of a later one
        path = self.record(f"namespace {number}", f"cookie {2**63}", "port gone0 gro")
        self.assertIn(f"removed the record of gro of gone0 (was on): the network namespace {number} is gone\n", self.restore_elsewhere())
        self.assertFalse(path.exists())


if __name__ == "__main__":
    main()
