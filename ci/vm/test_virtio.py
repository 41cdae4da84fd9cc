"""Native and generic mode on virtio-net: the tool, as a user types it, over the guest's two ports, which are joined.

Runs only in a guest of scripts/vm: the ports of any other machine are not ours to send on.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOL = os.environ["XDP_BENCH"]


def command(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def virtio_ports():
    drivers = {path.parent.parent.name: path.resolve().name for path in pathlib.Path("/sys/class/net").glob("*/device/driver")}
    return sorted(name for name, driver in drivers.items() if driver == "virtio_net")


class VirtioTest(unittest.TestCase):
    def setUp(self):
        self.peer, self.device = virtio_ports()
        for port in (self.peer, self.device):
            command("sysctl", "-q", f"net.ipv6.conf.{port}.disable_ipv6=1")
            command("ethtool", "-K", port, "gro", "off")
            command("ip", "link", "set", port, "up")
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_every_scenario_of_a_pair_in_native_and_generic_mode(self):
        done = subprocess.run([TOOL, "--prog", "all", "--only", "replay", "--mode", "native,generic", "--dev", self.device,
                               "--peer", self.peer, "--json", "out.json"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            result = json.load(file)
        replays = [case for case in result["cases"] if case["kind"] == "replay"]
        held = [(case["program"], case["mode"]) for case in replays if case["outcome"] == "passed"]
        for program in ("xdp_drop", "xdp_pass", "xdp_tx", "icmp_lb", "xdp_redirect"):
            self.assertIn((program, "native"), held)
            self.assertIn((program, "generic"), held)
        for case in replays:
            if case["outcome"] == "skipped":
                self.assertRegex(case["message"], "second CPU|do not pass", case)
        for book in result["replays"]:
            self.assertEqual((book["network"], book["device"], book["peer"]), ("ports", self.device, self.peer))
            self.assertTrue(book["accounted_for"])
        self.assertNotIn("xdp", json.loads(command("ip", "-j", "-d", "link", "show", self.device))[0])

    def test_benches_have_a_baseline_and_account_for_all_frames(self):
        """The figures mean nothing under emulation."""
        done = subprocess.run([TOOL, "--prog", "xdp_drop,xdp_pass,xdp_tx,xdp_redirect", "--only", "bench", "--duration", "10ms", "--rounds", "1",
                               "--dev", self.device, "--peer", self.peer, "--json", "out.json"], cwd=self.folder, capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        print(done.stdout)
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertEqual(result["environment"]["device_driver"], "virtio_net")
        benches = [bench for bench in result["benches"] if bench["mode"] == "native"]
        self.assertEqual([bench["action"] for bench in benches], ["XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"])
        for bench in benches:
            offered = sum(one["offered"] for one in bench["rounds"])
            self.assertEqual(offered, sum(bench["actions"].values()) + bench["losses"].get("lost_before_program", 0), bench)
            self.assertTrue(all(one["baseline_packets"] > 0 for one in bench["rounds"]), bench)
        self.assertNotIn("xdp", json.loads(command("ip", "-j", "-d", "link", "show", self.device))[0])


if __name__ == "__main__":
    if not pathlib.Path("/run/vm/share").is_dir():
        print("not in a guest of scripts/vm")
        sys.exit(77)
    unittest.main(verbosity=2)
