"""scripts/vm as a user types it. Run by ci/kernel-matrix, not by ctest: it boots kernels, which takes minutes."""

import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

VM = pathlib.Path(__file__).resolve().parent.parent.parent / "scripts/vm"
KERNEL = os.environ.get("XDP_BENCH_VM_KERNEL", "6.1")
PATIENCE = 240  # seconds for one boot on a busy machine


class VmTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.work = self.folder / "work"
        self.work.mkdir()

    def start(self, *command, kernel=KERNEL, timeout=PATIENCE, cwd=None, nics=()):
        cards = [word for nic in nics for word in ("--nic", nic)]
        return subprocess.Popen([VM, "--kernel", kernel, "--timeout", str(timeout), *cards, "--", *command], cwd=cwd or self.work,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, "TMPDIR": str(self.temporary)})

    def vm(self, code, *command, **options):
        process = self.start(*command, **options)
        out, err = process.communicate(timeout=PATIENCE + 60)
        self.assertEqual(process.returncode, code, out + err)
        self.assert_nothing_left()
        return out, err

    def assert_nothing_left(self):
        self.assertEqual(list(self.temporary.iterdir()), [])
        running = [path for path in pathlib.Path("/proc").glob("[0-9]*/cmdline") if str(self.temporary) in read(path)]
        self.assertEqual(running, [])

    def test_output_files_and_status_come_back_and_nothing_else_changes(self):
        (self.work / "deleted").write_text("still here")
        (self.work / "changed").write_text("old")
        beside = self.folder / "beside"
        script = f"id -u; pwd; echo problem >&2; rm deleted; echo new >changed; mkdir -p a/b; echo deep >a/b/c; echo x >{beside}; exit 7"
        out, err = self.vm(7, "sh", "-c", script)
        self.assertEqual(out, f"0\n{self.work}\n")
        self.assertIn("problem\n", err)
        self.assertEqual((self.work / "changed").read_text(), "new\n")
        self.assertEqual((self.work / "a/b/c").read_text(), "deep\n")
        self.assertEqual((self.work / "deleted").read_text(), "still here")
        self.assertFalse(beside.exists())

    def test_a_guest_that_died_is_not_a_command_that_failed(self):
        out, err = self.vm(122, "sh", "-c", "echo before; echo lost >file; echo c >/proc/sysrq-trigger")
        self.assertEqual(out, "before\n")
        self.assertIn("THE GUEST DIED", err)
        self.assertIn("sysrq triggered crash", err)
        self.assertEqual(list(self.work.iterdir()), [])

    def test_a_complaint_of_the_kernel_is_told(self):
        _, err = self.vm(123, "sh", "-c", "echo '<4>WARNING: CPU: 0 PID: 1 at made/up.c' >/dev/kmsg")
        self.assertIn("complained", err)
        self.assertIn("made/up.c", err)

    def test_two_ports_of_each_card_are_joined(self):
        script = """
import socket, subprocess, time
for card, driver in (("vmxnet3", "vmxnet3"), ("e1000e", "e1000e")):
    ends = [socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5)) for _ in "ab"]
    for end, name in zip(ends, "ab"):
        subprocess.run(["ip", "link", "set", f"{card}-{name}", "up"], check=True)
        end.bind((f"{card}-{name}", 0x88b5))
        end.settimeout(0.5)
    received = b""
    for _ in range(60):  # the link takes a while to come up
        try:
            ends[0].send(b"\\xff" * 12 + b"\\x88\\xb5" + card.encode().ljust(50, b"."))
            received = ends[1].recv(100)[14:].rstrip(b".")
            break
        except OSError:
            time.sleep(0.5)
    with open(f"/sys/class/net/{card}-a/device/uevent") as file:
        print(received.decode(), f"DRIVER={driver}\\n" in file.read())
"""
        out, _ = self.vm(0, "/usr/bin/python3", "-c", script, nics=["vmxnet3", "e1000e"])
        self.assertEqual(out, "vmxnet3 True\ne1000e True\n")

    def test_the_time_is_bounded(self):
        _, err = self.vm(124, "sleep", "1000", timeout=5)
        self.assertIn("time was up after 5 s", err)

    def test_a_signal_takes_qemu_along(self):
        process = self.start("sleep", "1000")
        end = time.monotonic() + PATIENCE
        while not any(self.temporary.glob("*/console")) and time.monotonic() < end:
            time.sleep(0.2)
        self.assertTrue(any(self.temporary.glob("*/console")), "QEMU did not start")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)
        self.assertEqual(process.returncode, 128 + signal.SIGTERM)
        self.assert_nothing_left()

    def test_what_cannot_be_booted_is_said_at_once(self):
        (self.work / "text").write_text("no kernel")
        self.assertIn("is not an x86 kernel image", self.vm(125, "true", kernel="./text")[1])
        self.assertIn("no such file", self.vm(125, "true", kernel="./nowhere")[1])
        self.assertIn("unknown kernel 1.0", self.vm(125, "true", kernel="1.0")[1])
        self.assertIn("is not in the guest", self.vm(125, "true", cwd="/run")[1])


def read(path):
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has just ended
        return ""


if __name__ == "__main__":
    unittest.main(verbosity=2)
