"""`doctor --dev`, in a namespace of the test's own."""

import json

from harness import TOOL, VethCase, main, reference

MODES = ["generic", "native", "offload"]


class Device(VethCase):
    def doctor(self, *options, code=0):
        return self.inside(TOOL, "doctor", "--dev", "port0", *options, code=code)

    def attached(self):
        link = json.loads(self.inside("ip", "-j", "-d", "link", "show", "port0").stdout)[0]
        return link.get("xdp", {}).get("attached", [])

    def test_without_leave_nothing_is_tried(self):
        done = self.doctor("--json", "-")
        self.assertIn("--try attaches and detaches", done.stderr)
        device = json.loads(done.stdout)
        self.assertEqual(device["driver"], "veth")
        self.assertEqual(device["attach_modes"], [])
        self.assertEqual((device["min_mtu"], device["mtu"], device["max_mtu"]), (68, 1500, 65535))
        self.assertTrue(device["up"] and device["carrier"])
        self.assertIn("rx allocated", device["queues"])
        self.assertIn("tx-checksum-ip-generic", device["features"])
        self.assertIsNone(device["max_mtu_with_xdp"])
        if device["declared_xdp_features"]:
            self.assertIn("basic", device["declared_xdp_features"]["names"])

    def test_modes_are_tried_and_undone(self):
        done = self.doctor("--try-mtu", "--json", "out.json")
        self.assertIn("native attach          works", done.stdout)
        self.assertIn("of a veth it is the peer's MTU that counts", done.stdout)
        modes = self.read_json()["attach_modes"]
        self.assertEqual([(mode["mode"], mode["works"]) for mode in modes], list(zip(MODES, [True, True, False])))
        self.assertEqual(self.attached(), [])

    def test_a_refusal_carries_the_kernels_text(self):
        self.inside("ip", "link", "set", "port1", "mtu", "9000")
        self.assertRegex(self.doctor("--try").stdout, "native attach .*missing.*MTU is too large to set XDP")

    def test_a_device_in_use_is_not_touched(self):
        program = reference("xdp_pass")
        self.inside("ip", "link", "set", "port0", "xdpgeneric", "obj", program, "sec", "xdp")
        before = self.attached()
        self.assertEqual(len(before), 1)
        done = self.doctor("--try", "--try-mtu")
        self.assertIn("not tried: XDP is in use there", done.stdout)
        self.assertIn(f"generic {before[0]['prog']['id']}" if "prog" in before[0] else "generic", done.stdout)
        self.assertEqual(self.attached(), before)

    def test_no_such_device(self):
        done = self.inside(TOOL, "doctor", "--dev", "lfet", code=2)
        self.assertIn("there is no interface lfet", done.stderr)
        self.inside(TOOL, "doctor", "--try", code=2)


if __name__ == "__main__":
    main()
