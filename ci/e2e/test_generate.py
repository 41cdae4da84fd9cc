"""`xdp-bench generate`: sends and counts frames as its input says, and leaves nothing behind."""

import json
import os
import signal
import subprocess
import time

from harness import TOOL, VethCase, comes_true, main

FRAME = "ffffffffffff02000000000108004500002e000000004011f96ac6120001c61200020400235a001a0000" + "00" * 18


class Generate(VethCase):
    def start(self, **options):
        return subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "generate"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True, cwd=self.folder, **options)

    def ask(self, *requests, code=0):
        """The greeting and the replies to the requests."""
        process = self.start()
        out, err = process.communicate("".join(json.dumps(request) + "\n" for request in requests), timeout=60)
        self.assertEqual(process.returncode, code, out + err)
        return [json.loads(line) for line in out.splitlines()]

    def mtu(self, port):
        return json.loads(self.inside("ip", "-j", "link", "show", port).stdout)[0]["mtu"]

    def test_frames_are_sent_and_counted_at_the_other_port(self):
        for through in ("xdp", "socket"):
            replies = self.ask(
                {"command": "capture", "interface": "port1", "through": "xdp", "frames": 10},
                {"command": "send", "interface": "port0", "traffic": [FRAME], "frames": 25, "through": through},
                {"command": "captured", "interface": "port1", "match": FRAME[12:24], "match_offset": 6},
                {"command": "captured", "interface": "port1", "match": "00", "match_offset": 6},
                {"command": "end", "interface": "port1"},
                {"command": "arrived", "interface": "port1"}, code=2)
            self.assertIn("xdp-bench", replies[0])
            self.assertEqual(replies[2]["sent"]["frames"], 25)
            self.assertEqual([replies[3]["arrived"], replies[3]["kept"], replies[3]["next"]], [25, 10, 10])
            self.assertEqual(replies[3]["frames"], [FRAME] * 10)
            self.assertEqual([replies[4]["frames"], replies[5]["arrived"]], [[], 25])
            self.assertIn("nothing is captured at port1", replies[6]["error"]["what"])

    def test_a_rate_and_a_time_are_kept(self):
        exact, cut = self.ask({"command": "send", "interface": "port0", "traffic": [FRAME], "frames": 200, "rate": "1kpps"},
                              {"command": "send", "interface": "port0", "frames": 1000000, "rate": 100, "seconds": 0.3})[1:]
        self.assertEqual(exact["sent"]["frames"], 200)
        self.assertGreater(exact["sent"]["seconds"], 0.19)
        self.assertLess(cut["sent"]["frames"], 40)

    def test_several_cpus_send_together(self):
        cpus = sorted(os.sched_getaffinity(0))[:2]
        greeting, fast, paced, *bad = self.ask(
            {"command": "send", "interface": "port0", "traffic": [FRAME] * 3, "cpus": cpus, "seconds": 0.1},
            {"command": "send", "interface": "port0", "cpus": cpus, "seconds": 0.1, "rate": "1kpps"},
            {"command": "send", "interface": "port0", "cpus": cpus, "frames": 3},
            {"command": "send", "interface": "port0", "cpus": cpus, "through": "socket"},
            {"command": "send", "interface": "port0", "cpus": [4095]},
            {"command": "send", "interface": "port0", "cpus": 1}, code=2)
        self.assertEqual(greeting["cpus"], sorted(os.sched_getaffinity(0)))
        for sent in (fast["sent"], paced["sent"]):
            self.assertEqual(sum(sent["frames_each"]), sent["frames"])
            self.assertEqual(sent["first_each"], [0] * len(cpus))
            self.assertGreaterEqual(sent["seconds"], 0.1)
        self.assertLessEqual(paced["sent"]["frames"], 100)
        for text, reply in zip(('"frames" and "cpus"', '"cpus" does not go with', "CPU 4095", '"cpus" is no list'), bad, strict=True):
            self.assertIn(text, reply["error"]["what"])

    def test_queues_are_put_back(self):
        queues = ("numrxqueues", "2", "numtxqueues", "2")
        self.inside("ip", "link", "delete", "port0")
        self.inside("ip", "link", "add", "port0", *queues, "type", "veth", "peer", "name", "port1", *queues)
        self.inside("ethtool", "-L", "port0", "rx", "1", "tx", "1")
        changed, again, back = self.ask({"command": "set", "interface": "port0", "queues": 2},
                                        {"command": "set", "interface": "port0", "queues": 2}, {"command": "restore"})[1:]
        self.assertEqual([reply["changed"] for reply in (changed, again, back)], [["queues of port0"]] * 3)
        self.assertRegex(self.inside("ethtool", "-l", "port0").stdout, r"Current[^$]*\nRX:\s+1\nTX:\s+1\n")

    def test_a_port_and_its_settings_are_told_and_put_back(self):
        self.inside("ip", "address", "add", "192.0.2.9/24", "dev", "port0")
        port, changed, seen, bad = self.ask(
            {"command": "port", "interface": "192.0.2.9"}, {"command": "set", "interface": "port0", "mtu": 1400, "prepare": True},
            {"command": "port", "interface": "port0"}, {"command": "claim", "interface": "port0"}, code=2)[1:]
        self.assertEqual([port["port"]["name"], port["port"]["addresses"]], ["port0", ["192.0.2.9"]])
        self.assertIn("mtu of port0", changed["changed"])
        self.assertEqual(seen["port"]["mtu"], 1400)
        self.assertEqual(bad["error"]["kind"], "input")
        self.assertIn("in use", bad["error"]["what"])
        self.assertEqual(self.mtu("port0"), 1500)

    def test_what_is_no_command_is_an_error_and_ends_nothing(self):
        process = self.start()
        out, _ = process.communicate('nonsense\n{"command":"sendd"}\n{"command":"port"}\n{"command":"port","interfaces":"a"}\n'
                                     '{"command":"send","interface":"port0"}\n{"command":"port","interface":"none"}\n'
                                     '{"command":"send","interface":"port0","rate":"fast"}\n\n'
                                     '{"command":"port","interface":"port1"}', timeout=60)
        replies = [json.loads(line) for line in out.splitlines()][1:]
        errors = [reply["error"]["what"] for reply in replies if "error" in reply]
        for text, error in zip(("no JSON", "did you mean send", "needs \"interface\"", "did you mean interface",
                                "no traffic", "none", "no rate"), errors, strict=True):
            self.assertIn(text, error)
        self.assertNotIn("reply", replies[0])  # to what is no request
        self.assertEqual([process.returncode, replies[-1]["port"]["name"]], [2, "port1"])

    def send_long(self):
        process = self.start()
        process.stdin.write(json.dumps({"command": "set", "interface": "port0", "mtu": 1400}) + "\n" + json.dumps(
            {"command": "send", "interface": "port0", "traffic": [FRAME], "frames": 10**9, "seconds": 600, "rate": 10}) + "\n")
        process.stdin.flush()
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stderr.close)
        process.stdout.readline()
        process.stdout.readline()
        self.assertTrue(comes_true(lambda: self.mtu("port0") == 1400))
        time.sleep(0.3)
        return process

    def test_a_signal_ends_it_at_once(self):
        for number in (signal.SIGTERM, signal.SIGHUP):
            process = self.send_long()
            process.send_signal(number)
            self.assertEqual(process.wait(30), 130)
            process.stdout.close()
            self.assertEqual(self.mtu("port0"), 1500)

    def test_it_ends_when_nobody_reads(self):
        process = self.send_long()
        process.stdout.close()
        self.assertEqual(process.wait(30), 130)
        self.assertEqual(self.mtu("port0"), 1500)


if __name__ == "__main__":
    main()
