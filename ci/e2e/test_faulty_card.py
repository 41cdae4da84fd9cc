"""The faulty card itself: what each fault does to frames, and that nothing outlives it."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from harness import Case, main

CARD = pathlib.Path(os.environ["XDP_BENCH_BUILD"]) / "bin/xdp-bench-faulty-card"
PATIENCE = 60
# Sends frames of two flows, every third one tagged, out of tap0; prints what arrived on tap1 and what tap1 has counted.
TRAFFIC = """
import json, socket, struct, subprocess, sys, time
FRAMES = 60
def port(name):
    one = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    one.bind((name, 3))
    one.setsockopt(263, 8, 1)  # PACKET_AUXDATA: the kernel takes tags out of frames
    return one
def frame(number):
    flow = number % 2
    tag = b"\\x81\\x00\\x00\\x07" if number % 3 == 0 else b""
    udp = struct.pack("!BBHHHBBH4s4sHHHH", 0x45, 0, 78, 0, 0, 64, 17, 0, b"\\n\\0\\0\\1", b"\\n\\0\\0\\2", 1000 + flow, 9, 58, 0)
    return b"\\2" * 6 + b"\\4" * 6 + tag + b"\\x08\\x00" + udp + bytes([number]) * 50
sender, receiver = port("tap0"), port("tap1")
begin = time.monotonic()
for number in range(FRAMES):
    sender.send(frame(number))
receiver.settimeout(0.5)
arrived, first = [], None
try:
    while True:
        data, auxiliary, _, _ = receiver.recvmsg(2000, 100)
        first = first or time.monotonic() - begin
        for level, kind, value in auxiliary:
            status, _, _, _, _, tci, tpid = struct.unpack("IIIHHHH", value)
            if status & 0x10:
                data = data[:12] + struct.pack("!HH", tpid, tci) + data[12:]
        arrived.append(data.hex())
except OSError:
    pass
link = json.loads(subprocess.run(["ip", "-j", "-s", "link", "show", "tap1"], check=True, capture_output=True).stdout)[0]
print(json.dumps({"sent": [frame(number).hex() for number in range(FRAMES)], "arrived": arrived, "first": first,
                  "counted": link["stats64"]["rx"]}))
"""


class FaultyCardTest(Case):
    def traffic(self, *options):
        """What the traffic did on a card with these options, and what the card said."""
        done = subprocess.run([CARD, *options, "--", "/usr/bin/python3", "-c", TRAFFIC], capture_output=True, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout), done.stderr

    def test_a_faultless_card_is_a_cable(self):
        traffic, said = self.traffic()
        self.assertEqual(traffic["arrived"], traffic["sent"])
        self.assertEqual(traffic["counted"]["packets"], 60)
        self.assertEqual(traffic["counted"]["dropped"], 0)
        self.assertIn("tap0 to tap1: 60 frames in, 60 out, 0 faults, 0 refused", said)

    def test_frames_are_lost(self):
        traffic, said = self.traffic("--fault", "lose", "--every", "10")
        self.assertEqual(traffic["arrived"], [frame for number, frame in enumerate(traffic["sent"], 1) if number % 10])
        self.assertIn("60 frames in, 54 out, 6 faults", said)

    def test_a_bit_is_inverted(self):
        traffic, _ = self.traffic("--fault", "flip", "--every", "10")
        wrong = [(int(sent, 16) ^ int(arrived, 16)).bit_count() for sent, arrived in zip(traffic["sent"], traffic["arrived"])]
        self.assertEqual(wrong, [int(number % 10 == 0) for number in range(1, 61)])

    def test_frames_are_cut(self):
        traffic, _ = self.traffic("--fault", "truncate", "--every", "10")
        self.assertEqual(traffic["arrived"], [frame if number % 10 else frame[:-8]
                                              for number, frame in enumerate(traffic["sent"], 1)])

    def test_frames_arrive_twice(self):
        traffic, _ = self.traffic("--fault", "duplicate", "--every", "10")
        self.assertEqual(traffic["arrived"], [frame for number, frame in enumerate(traffic["sent"], 1)
                                              for _ in range(1 if number % 10 else 2)])

    def test_flows_overtake_each_other(self):
        traffic, _ = self.traffic("--fault", "reorder", "--every", "10")
        self.assertNotEqual(traffic["arrived"], traffic["sent"])
        self.assertEqual(sorted(traffic["arrived"]), sorted(traffic["sent"]))
        for flow in (0, 1):
            self.assertEqual([frame for frame in traffic["arrived"] if int(frame[-2:], 16) % 2 == flow],
                             [frame for frame in traffic["sent"] if int(frame[-2:], 16) % 2 == flow])

    def test_tags_are_stripped(self):
        traffic, _ = self.traffic("--fault", "strip-vlan")
        self.assertEqual(traffic["arrived"], [frame if number % 3 else frame[:24] + frame[32:]
                                              for number, frame in enumerate(traffic["sent"])])

    def test_frames_are_late(self):
        traffic, _ = self.traffic("--fault", "delay", "--delay", "200")
        self.assertEqual(traffic["arrived"], traffic["sent"])
        self.assertGreaterEqual(traffic["first"], 0.2)

    def test_drops_are_counted_that_never_happened(self):
        traffic, _ = self.traffic("--fault", "miscount", "--every", "10")
        self.assertEqual(traffic["arrived"], traffic["sent"])
        self.assertEqual(traffic["counted"]["dropped"], 6)


class ReplayTest(Case):
    """What a replay says of each fault; what it cannot see, another case must."""

    def replay(self, fault):
        """The record and the verdict of a replay over a card with this fault, of a program that sends all frames back."""
        with tempfile.TemporaryDirectory() as folder:
            result = pathlib.Path(folder) / "out.json"
            done = subprocess.run([CARD, "--fault", fault, "--every", "300", "--", os.environ["XDP_BENCH"], "--prog", "xdp_tx", "--only",
                                   "replay", "--mode", "native", "--dev", "tap1", "--peer", "tap0", "--json", result],
                                  capture_output=True, text=True, timeout=PATIENCE, check=False)
            self.assertIn(done.returncode, (0, 1, 3), done.stdout + done.stderr)
            document = json.loads(result.read_text(encoding="utf-8"))
        (case,) = [case for case in document["cases"] if case["kind"] == "replay"]
        (record,) = document["replays"]
        return case["outcome"], case["message"], record["losses"]

    def test_what_arrives_as_it_should_passes(self):
        for fault in ("none", "reorder", "delay", "miscount"):
            outcome, message, losses = self.replay(fault)
            self.assertEqual((outcome, losses), ("passed", {}), f"{fault}: {message}")

    def test_every_case_is_repeated_over_the_same_ports(self):
        out = pathlib.Path(self.folder) / "out.json"
        ports = "--dev tap1 --peer tap0 --prepare"
        done = subprocess.run([CARD, "--fault", "none", "--", os.environ["XDP_BENCH"], "--prog", "xdp_tx", "--only", "replay", "--mode",
                               "native,generic", *ports.split(), "--json", out], capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        repeat = {case["kind"]: case["repeat"] for case in json.loads(out.read_text(encoding="utf-8"))["cases"]}
        self.assertEqual(set(repeat), {"replay", "modes"})
        self.assertEqual(repeat["modes"], f"xdp-bench run --prog xdp_tx --mode native,generic --only replay {ports}")
        again = subprocess.run([CARD, "--fault", "none", "--", "sh", "-c", repeat["modes"].replace("xdp-bench", os.environ["XDP_BENCH"], 1)],
                               capture_output=True, text=True, timeout=PATIENCE, check=False, cwd=self.folder)
        self.assertIn("3 passed", again.stdout, again.stderr)

    def test_lost_frames_have_a_name_and_spoil_no_others(self):
        outcome, message, losses = self.replay("lose")
        self.assertEqual(outcome, "failed")
        self.assertEqual(losses, {"lost_before_program": 3, "lost_after_tx": 3})
        self.assertIn("6 frames did not arrive", message)
        self.assertNotIn("differ", message)

    def test_a_damaged_frame_is_shown(self):
        outcome, message, losses = self.replay("flip")
        self.assertEqual((outcome, losses), ("failed", {}))
        self.assertRegex(message, "expected 0x.. at byte|expected .* got ")
        outcome, message, losses = self.replay("truncate")
        self.assertEqual((outcome, losses), ("failed", {}))
        self.assertIn("length", message)

    def test_a_duplicate_is_told(self):
        # Nothing tells a frame that the card repeats from one of another sender: not the program's fault.
        outcome, message, _ = self.replay("duplicate")
        self.assertEqual(outcome, "invalid")
        # A replay that handles more frames than it sent stops at once: what arrives until then depends on the moment.
        self.assertRegex(message, "1,000 frames sent, but the program handled 1,00[1-9]")

    def test_missing_tags_are_shown(self):
        outcome, message, losses = self.replay("strip-vlan")
        self.assertEqual((outcome, losses), ("failed", {}))
        self.assertIn("vlan.id", message)


class LifeTest(Case):
    def setUp(self):
        super().setUp()
        self.note = pathlib.Path(self.folder) / "pids"
        self.before = os.listdir("/sys/class/net")

    def start(self, script, first=":"):
        """A card whose command writes its process number and that of a child of its own, then runs the script."""
        return subprocess.Popen([CARD, "--timeout", "600", "--", "sh", "-c", f"{first}; sleep 1000 & echo $! $$ >{self.note}.new; "
                                                                             f"mv {self.note}.new {self.note}; {script}"],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def pids(self):
        self.wait(self.note.exists)
        return [int(word) for word in self.note.read_text().split()]

    def wait(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < end:
            time.sleep(0.05)
        self.assertTrue(condition())

    def assert_gone(self, pids):
        self.wait(lambda: not any(alive(pid) for pid in pids))
        self.assertEqual(os.listdir("/sys/class/net"), self.before)

    def test_the_status_is_the_commands_and_nothing_is_left(self):
        card = self.start("exit 7")
        pids = self.pids()
        card.wait(PATIENCE)
        self.assertEqual(card.returncode, 7)
        self.assert_gone(pids)

    def test_the_time_is_bounded(self):
        done = subprocess.run([CARD, "--timeout", "0.3", "--", "sh", "-c", f"echo $$ >{self.note}; exec sleep 1000"],
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 124)
        self.assertIn("the time is up", done.stderr)
        self.assert_gone(self.pids())

    def test_a_signal_reaches_the_command(self):
        card = self.start("while :; do sleep 0.1; done", first="trap 'exit 5' TERM")
        pids = self.pids()
        card.send_signal(signal.SIGTERM)
        card.wait(PATIENCE)
        self.assertEqual(card.returncode, 5)
        self.assert_gone(pids)

    def test_a_killed_card_takes_its_command_along(self):
        card = self.start("exec sleep 1000")
        pids = self.pids()
        card.kill()
        card.wait(PATIENCE)
        self.wait(lambda: not alive(pids[1]))
        os.kill(pids[0], signal.SIGKILL)  # the command's own child, of which a killed card cannot know

    def test_it_ends_with_its_parent(self):
        shell = f"echo $PPID $$ >{self.note}.new; mv {self.note}.new {self.note}; exec sleep 1000"
        script = f"import subprocess; subprocess.run({[str(CARD), '--', 'sh', '-c', shell]!r})"
        parent = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
        pids = self.pids()
        parent.kill()
        parent.wait()
        self.assert_gone(pids)

    def test_what_cannot_be_is_said(self):
        for words, status, text in ((["--fault", "magic", "--", "true"], None, "magic"), (["--every", "0", "--", "true"], None, "every"),
                                    (["--", "no-such-program"], 127, "cannot run no-such-program: No such file"),
                                    (["--ports", "same,same", "--", "true"], 125, "cannot make the tap same")):
            done = subprocess.run([CARD, *words], capture_output=True, text=True, timeout=PATIENCE, check=False)
            self.assertEqual(done.returncode, status or done.returncode or -1, words)
            self.assertIn(text, done.stdout + done.stderr)


def alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


if __name__ == "__main__":
    main()
