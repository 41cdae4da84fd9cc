"""Replay over interfaces that are there already: a veth pair that the test made, in a namespace of its own."""

import json
import os
import struct
import subprocess
import time

from harness import BUILD, TOOL, VethCase, main


class RealInterfaces(VethCase):
    def setUp(self):
        super().setUp()
        self.gro("off")
        self.state = self.links()

    def tearDown(self):
        try:
            if self.state:
                self.assertEqual(self.links(), self.state, "the interfaces are as they were")
        finally:
            super().tearDown()

    def gro(self, state):
        self.inside("ethtool", "-K", "port1", "gro", state)

    def links(self):
        """All that can be seen of the interfaces: flags, MTU, what is attached, queueing disciplines."""
        links = json.loads(self.inside("ip", "-j", "-d", "link").stdout)
        features = [self.inside("ethtool", "-k", name).stdout for name in ("port0", "port1")]
        return links, features, self.inside("tc", "qdisc").stdout

    def replay(self, *options, code=0):
        return self.inside(TOOL, "--only", "replay", "--dev", "port1", "--peer", "port0", "--json", "out.json", *options, code=code)

    def result(self):
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            return json.load(file)

    def refused(self, *texts, options=("--prog", "xdp_drop")):
        done = self.replay(*options, code=2)
        for text in texts:
            self.assertIn(text, done.stderr)

    def test_native_replay(self):
        done = self.replay("--prog", "icmp_lb,xdp_drop,xdp_tx,xdp_pass")
        books = self.result()["replay_books"]
        self.assertEqual([book["topology"] for book in books], ["device port1, peer port0"] * 4)
        self.assertTrue(all(book["balanced"] and book["judged"] for book in books), done.stdout)
        self.assertIn("over device port1, peer port0", done.stdout)

    def test_generic_replay(self):
        self.gro("on")
        self.state = self.links()
        self.replay("--prog", "icmp_lb", "--mode", "generic")
        book = self.result()["replay_books"][0]
        self.assertGreater(book["received"], 0)
        self.assertGreater(book["passed"], 0)

    def test_a_wrong_program_fails(self):
        with open(os.path.join(self.folder, "wrong.yaml"), "w", encoding="utf-8") as file:
            file.write("name: wrong\nabout: The program does otherwise\nprogram: xdp_drop\nreplay:\n  topology: pair\n"
                       "  traffic: icmp_echo_64.pcap\n  expect: { XDP_PASS: 1000 }\n")
        done = self.replay("--scenario", "wrong.yaml", code=1)
        self.assertIn("XDP_PASS: expected 1,000 frames, got 0", done.stdout)

    def test_other_frames_on_the_cable_make_it_invalid(self):
        """What is not the tool's is told from a wrong program."""
        noise = subprocess.Popen(["ip", "netns", "exec", self.netns, "/usr/bin/python3", "-c",
                                  "import socket, time\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\ns.bind(('port0', 0))\n"
                                  "end = time.time() + 30\ns.send(b'\\xff' * 60)\nprint('sends', flush=True)\n"
                                  "while time.time() < end:\n  try: s.send(b'\\xff' * 60)\n  except OSError: pass"], stdout=subprocess.PIPE, text=True)
        self.addCleanup(noise.stdout.close)
        self.addCleanup(noise.wait)
        self.addCleanup(noise.kill)
        self.assertEqual(noise.stdout.readline(), "sends\n")
        # So many frames that the noise gets a turn meanwhile, however busy the machine is.
        record = struct.pack("<IIII", 0, 0, 60, 60) + bytes(60)
        with open(os.path.join(self.folder, "long.pcap"), "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + record * 1_000_000)
        done = self.replay("--prog", "xdp_drop", "--pcap", "long.pcap", code=3)
        self.assertIn("something else sends", done.stdout)

    def test_interfaces_in_use_are_not_touched(self):
        self.inside("ip", "address", "add", "198.18.0.1/24", "dev", "port1")
        self.state = None
        self.refused("port1 is in use", "address 198.18.0.1", "routes", "--take-over")
        self.replay("--prog", "xdp_drop", "--take-over")
        self.inside("ip", "address", "flush", "dev", "port1")
        self.inside("ip", "link", "add", "bridge", "type", "bridge")
        self.inside("ip", "link", "set", "port0", "master", "bridge")
        self.refused("port0 is in use", "a bridge, bond or team above it")

    def test_what_is_not_ready_is_said_with_the_command(self):
        self.state = None
        self.gro("on")
        self.refused("port1 joins frames", "ethtool -K port1 gro off")
        self.gro("off")
        self.refused("receive offload", "ethtool -K port1 gro on", options=("--prog", "xdp_drop", "--mode", "generic"))
        self.inside("ip", "link", "set", "port0", "down")
        self.refused("port1 has no carrier")
        self.inside("ip", "link", "set", "port1", "down")
        self.refused("port1 is down", "ip link set port1 up")

    def test_xdp_in_use_is_not_touched(self):
        program = os.path.join(BUILD, "share", "xdp-bench", "bpf", "xdp_pass.bpf.o")
        self.inside("ip", "link", "set", "port0", "xdpgeneric", "obj", program, "sec", "xdp")
        self.state = self.links()
        self.assertIn("XDP is in use on port0", self.replay("--prog", "xdp_drop", code=4).stderr)

    def test_nothing_is_left_of_one_that_was_killed(self):
        """The programs, and the promiscuous mode, go with the process."""
        while True:
            killed = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "--only", "replay", "--prog", "all", "--dev", "port1",
                                       "--peer", "port0"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while killed.poll() is None and self.links() == self.state:
                pass
            seen = killed.poll() is None
            killed.kill()
            killed.wait()
            if seen:
                break
        end = time.monotonic() + 20
        while self.links() != self.state and time.monotonic() < end:
            time.sleep(0.1)

    def test_what_a_pair_cannot_do_is_skipped_with_the_reason(self):
        self.assertIn("third interface", self.replay("--prog", "xdp_redirect", code=4).stdout)
        plain = os.path.join(BUILD, "fixtures", "plain.bpf.o")
        self.assertIn("cannot be counted", self.replay("--prog", plain, code=4).stdout)

    def test_it_is_not_timed_and_says_so(self):
        self.inside(TOOL, "--prog", "xdp_drop", "--only", "replay,bench", "--duration", "10ms", "--rounds", "1",
                    "--dev", "port1", "--peer", "port0", "--json", "out.json")
        native = [bench for bench in self.result()["benches"] if bench["mode"] == "native"]
        self.assertEqual([bench["outcome"] for bench in native], ["skipped"])
        self.assertIn("no equal path", native[0]["message"])

    def test_the_command_line(self):
        def said(*options):
            return self.inside(TOOL, "--prog", "xdp_drop", *options, code=2).stderr
        self.assertIn("--dev without --peer", said("--dev", "port1"))
        self.assertIn("are both", said("--dev", "port1", "--peer", "port1"))
        self.assertIn("nothing is left on real interfaces", said("--dev", "port1", "--peer", "port0", "--keep"))
        self.assertIn("there is no interface nowhere", said("--dev", "port1", "--peer", "nowhere"))


if __name__ == "__main__":
    main()
