"""Offload mode on netdevsim, the kernel's simulated device: what it accepts, what it refuses, and that it runs nothing."""

import json
import os
import subprocess
import sys

from harness import SKIP, Case, cases_of, fixture, main, reference

NEW = "/sys/bus/netdevsim/new_device"
STATE = "/sys/kernel/debug/netdevsim/netdevsim4711"
OFFLOADABLE = ("xdp_pass", "xdp_drop", "xdp_tx", "xdp_aborted", "drop_ipv6", "drop_port_8080", "ip_filter")
STEPS = ["obstacles", "load", "attach", "read back", "maps", "traffic", "replace", "detach"]


def sh(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Offload(Case):
    """A netdevsim device, and a veth over which frames are sent that arrive at it."""

    def setUp(self):
        super().setUp()
        write(NEW, "4711 1")
        self.addCleanup(lambda: os.path.isdir(STATE) and write("/sys/bus/netdevsim/del_device", "4711"))
        self.device = os.listdir("/sys/bus/netdevsim/devices/netdevsim4711/net")[0]
        sh("ip", "link", "set", self.device, "up")
        sh("ip", "link", "add", "name", "nsimpeer", "type", "veth", "peer", "name", "nsimwire")
        for name in ("nsimpeer", "nsimwire"):
            sh("ip", "link", "set", name, "up")
        sh("tc", "qdisc", "add", "dev", "nsimwire", "clsact")
        sh("tc", "filter", "add", "dev", "nsimwire", "ingress", "matchall", "action", "mirred", "ingress", "redirect", "dev", self.device)

    def tearDown(self):
        sh("ip", "link", "delete", "nsimpeer")
        self.doCleanups()  # the device goes before it is looked for what is left
        super().tearDown()

    def offload(self, program, *options, code=0, peer=True):
        ends = ["--dev", self.device] + (["--peer", "nsimpeer"] if peer else [])
        done = self.tool("--mode", "offload", "--prog", program, *ends, "--json", "out.json", *options, code=code)
        return done, self.read_json()

    def refused(self, program, *texts):
        """The device is not given the program, for a reason that the user is told."""
        done, result = self.offload(program, code=4)
        for text in texts:
            self.assertIn(text, done.stdout)
        self.assertEqual(result["offloads"][0]["acceptance"], "refused")
        self.assertEqual(result["offloads"][0]["execution"], "unknown")
        self.assertEqual(cases_of(result, "offload")[0]["outcome"], "skipped")
        self.assertEqual(self.attached(), [])
        return done

    def switch(self, name, on):
        """One of netdevsim's switches; False if this kernel does not have it."""
        for path in (os.path.join(STATE, name), os.path.join(STATE, "ports/0", name)):
            if os.path.exists(path):
                write(path, "Y" if on else "N")
                return True
        return False

    def attached(self):
        return json.loads(sh("ip", "-j", "-d", "link", "show", self.device))[0].get("xdp", {}).get("attached", [])

    def test_accepted_but_not_executed(self):
        for program in OFFLOADABLE:
            with self.subTest(program=program):
                done, result = self.offload(program)
                self.assertIn("accepted, but not executed", done.stdout)
                self.assertIn("not jited (jited 0)", done.stdout)
                record = result["offloads"][0]
                self.assertEqual((record["acceptance"], record["execution"]), ("accepted", "not executed"))
                self.assertEqual([(step["name"], step["held"]) for step in record["steps"]], [(name, True) for name in STEPS])
                self.assertGreater(record["sent"], 0)
                self.assertEqual((record["reached_stack"], record["counted_by_program"]), (record["sent"], 0))
                self.assertEqual(cases_of(result, "offload")[0]["outcome"], "passed")
                # No throughput of a program that does not run.
                self.assertNotIn("Mpps", done.stdout)
                self.assertEqual(result["benchmarks"], [])
                self.assertIn("nothing to time", result["benches"][0]["message"])
                self.assertEqual([(replay["mode"], replay["outcome"]) for replay in cases_of(result, "replay")], [("offload", "skipped")])
                self.assertIn("was not seen to execute the program", cases_of(result, "replay")[0]["message"])
                self.assertEqual(result["replays"], [])
                self.assertEqual(self.attached(), [])

    def test_without_a_peer_execution_is_unknown(self):
        done, result = self.offload("xdp_drop", peer=False)
        self.assertIn("accepted, whether it is executed is unknown", done.stdout)
        self.assertEqual(result["offloads"][0]["execution"], "unknown")
        self.assertIn("no --peer", result["offloads"][0]["evidence"])

    def test_ends_that_are_not_joined_tell_nothing(self):
        sh("tc", "filter", "delete", "dev", "nsimwire", "ingress")
        done, result = self.offload("xdp_drop")
        self.assertIn("whether it is executed is unknown", done.stdout)
        self.assertIn("not joined", result["offloads"][0]["evidence"])

    def test_maps_that_stop_a_program_are_named_before_the_kernel_is_asked(self):
        done = self.refused("icmp_lb", "map backends has 256 entries: netdevsim holds at most 2")
        self.assertIn("global variables", done.stdout)
        rich = fixture("rich_types") + ":first"
        self.refused(rich, "only maps of type array and hash can be offloaded")

    def test_switched_off_programs(self):
        self.assertTrue(self.switch("bpf_bind_accept", False))
        self.refused("xdp_drop", "Operation not supported (EOPNOTSUPP)", "takes no programs")

    def test_switched_off_verification(self):
        if not self.switch("bpf_bind_verifier_accept", False):
            self.skipTest("this netdevsim has no bpf_bind_verifier_accept")
        self.refused("xdp_drop", "Operation not supported (EOPNOTSUPP)", "the device's own verifier")

    def test_switched_off_attaching_shows_the_kernels_text(self):
        self.assertTrue(self.switch("bpf_xdpoffload_accept", False))
        self.refused("xdp_drop", "the kernel says:", "XDP offload disabled in DebugFS")

    def test_switched_off_maps(self):
        self.assertTrue(self.switch("bpf_map_accept", False))
        self.refused("xdp_drop", "Operation not supported (EOPNOTSUPP)", "takes no maps, and so not xdp_counters")

    def test_a_device_in_use_is_not_touched(self):
        program = reference("xdp_pass")
        sh("ip", "link", "set", self.device, "xdpgeneric", "obj", program, "sec", "xdp")
        before = self.attached()
        done, result = self.offload("xdp_drop", code=4)
        self.assertIn("XDP is in use", done.stdout)
        self.assertEqual(result["offloads"], [])
        self.assertEqual(self.attached(), before)

    def test_a_veth_rejects_and_reports_what_it_declares(self):
        done = self.tool("--mode", "offload", "--prog", "xdp_drop", "--dev", "nsimwire", code=4)
        self.assertIn("nsimwire rejects it", done.stdout)

    def test_doctor_finds_the_largest_mtu(self):
        done = self.tool("doctor", "--dev", self.device, "--try-mtu", "--json", "out.json")
        device = self.read_json()
        self.assertEqual([mode["works"] for mode in device["attach_modes"]], [True, True, True], done.stdout)
        if device["max_mtu"] >= 4000:
            self.assertEqual(device["max_mtu_with_xdp"], 4000)
        self.assertEqual(device["mtu"], 1500)
        self.assertEqual(json.loads(sh("ip", "-j", "link", "show", self.device))[0]["mtu"], 1500)
        self.assertEqual(self.attached(), [])
        if device["declared_xdp_features"]:
            self.assertEqual(device["declared_xdp_features"]["names"], "hw-offload")

    def test_the_command_line(self):
        self.assertIn("--dev without --peer", self.tool("--prog", "xdp_drop", "--dev", self.device, code=2).stderr)
        self.assertIn("are both", self.tool("--mode", "offload", "--prog", "xdp_drop", "--dev", self.device, "--peer", self.device, code=2).stderr)
        self.assertIn("there is no interface nowhere", self.tool("--mode", "offload", "--prog", "xdp_drop", "--dev", "nowhere", code=2).stderr)


if __name__ == "__main__":
    subprocess.run(["modprobe", "-a", "netdevsim", "veth"], stderr=subprocess.DEVNULL, check=False)
    if not os.path.exists(NEW):
        print("[  SKIPPED ]\nthis kernel has no netdevsim (run it in a machine that has: scripts/vm --kernel 6.12 -- ...)")
        sys.exit(SKIP)
    main()
