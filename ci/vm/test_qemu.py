"""Which QEMU, which accelerator, which cards. Boots nothing: programs stand in for QEMU."""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import archive  # noqa: E402
import qemu  # noqa: E402


class CardsTest(unittest.TestCase):
    def test_two_ports_of_each_kind_share_a_hub_of_their_own(self):
        words = qemu.card_words(["igb", "vmxnet3"])
        self.assertEqual([word for word in words if word.startswith("hubport")],
                         ["hubport,id=igb-a,hubid=0", "hubport,id=igb-b,hubid=0",
                          "hubport,id=vmxnet3-a,hubid=1", "hubport,id=vmxnet3-b,hubid=1"])
        roots = [word for word in words if word.startswith("pcie-root-port")]
        self.assertEqual(len(set(roots)), 4)
        self.assertEqual(len({word.split("slot=")[1] for word in roots}), 4)

    def test_the_guest_is_told_the_address_that_the_card_has(self):
        words = " ".join(qemu.card_words(["e1000e", "virtio-net"]))
        lines = qemu.card_settings(["e1000e", "virtio-net"]).splitlines()
        self.assertEqual([line.split()[0::2] for line in lines], [["e1000e", "e1000e-a"], ["e1000e", "e1000e-b"],
                                                                  ["virtio_net", "virtio-net-a"], ["virtio_net", "virtio-net-b"]])
        for line in lines:
            self.assertIn(f"mac={line.split()[1]}", words)

    def test_names_of_ports_fit_an_interface(self):
        for line in qemu.card_settings(qemu.CARDS).splitlines():
            self.assertLess(len(line.split()[2]), 16)

    def test_two_cards_can_be_joined(self):
        self.assertEqual([line.split()[2] for line in qemu.card_settings([qemu.wish("e1000e+virtio-net")]).splitlines()],
                         ["e1000e-a", "e1000e-b"])
        words = " ".join(qemu.card_words(["e1000e+virtio-net"]))
        self.assertIn("hubport,id=e1000e-a,hubid=0", words)
        self.assertIn("hubport,id=e1000e-b,hubid=0", words)
        for wrong in ("e1000", "igb+", "igb+igb+igb", ""):
            with self.assertRaises(argparse.ArgumentTypeError):
                qemu.wish(wrong)

    def test_without_a_wish_there_are_two_virtio_ports_that_are_not_set_up(self):
        self.assertEqual(" ".join(qemu.card_words([])).count("virtio-net-pci"), 2)
        self.assertEqual(qemu.card_settings([]), "")


class ProgramTest(unittest.TestCase):
    def test_only_igb_asks_for_a_newer_qemu(self):
        with mock.patch.object(qemu, "installed_version", return_value=(7, 2)), \
                mock.patch.object(qemu, "_unpacked", return_value="newer"):
            self.assertEqual(qemu.find(["igb"]), "newer")
            self.assertEqual(qemu.find(["virtio-net+igb"]), "newer")
            self.assertEqual(qemu.find(["vmxnet3", "e1000e"]).binary, qemu.QEMU)
        with mock.patch.object(qemu, "installed_version", return_value=(10, 0)):
            self.assertEqual(qemu.find(["igb"]).binary, qemu.QEMU)

    def test_no_qemu_is_said(self):
        with mock.patch.object(qemu, "installed_version", return_value=None), \
                self.assertRaisesRegex(archive.Unavailable, "scripts/setup vm"):
            qemu.find([])


class KvmTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for patch in (mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(self.folder)}),
                      mock.patch.object(qemu.os, "access", return_value=True), mock.patch.object(qemu, "say")):
            patch.start()
            self.addCleanup(patch.stop)

    def accelerators(self, booted):
        """What is used three times in a row, and how many trials that took."""
        with mock.patch.object(qemu, "_boots_with_kvm", return_value=booted) as trial:
            return {qemu.accelerator("image") for _ in range(3)}, trial.call_count

    def test_kvm_is_used_after_a_guest_has_booted_with_it(self):
        self.assertEqual(self.accelerators(True), ({"kvm"}, 1))

    def test_a_device_with_which_no_guest_boots_is_not_used(self):
        self.assertEqual(self.accelerators(False), ({"tcg,thread=single"}, 1))

    def test_after_a_restart_of_the_machine_it_is_tried_again(self):
        self.assertEqual(self.accelerators(False)[1], 1)
        note = self.folder / "xdp-bench/kvm.json"
        note.write_text(json.dumps({**json.loads(note.read_text()), "boot": "another"}))
        self.assertEqual(self.accelerators(True), ({"kvm"}, 1))

    def test_without_the_device_nothing_is_tried(self):
        with mock.patch.object(qemu.os, "access", return_value=False):
            self.assertEqual(self.accelerators(True), ({"tcg,thread=single"}, 0))

    def trial(self, script):
        """The trial itself, with a program that does what `script` says in the place of QEMU."""
        program = self.folder / "program"
        program.write_text(f"#!/bin/sh\nfor word; do case $word in file:*) console=${{word#file:}};; esac; done\n{script}\n")
        program.chmod(0o755)
        image = self.folder / "image"
        image.write_text("kernel")
        with mock.patch.object(qemu, "QEMU", str(program)), mock.patch.object(qemu, "KVM_PATIENCE", 1), \
                mock.patch.object(qemu.shutil, "which", return_value="/bin/true"), mock.patch.object(qemu, "pack"):
            return qemu._boots_with_kvm(image)

    def test_the_trial_waits_for_the_line_and_not_for_long(self):
        self.assertTrue(self.trial('echo "xdp-bench-vm: booted" >"$console"; exec sleep 100'))
        self.assertTrue(self.trial('echo "xdp-bench-vm: booted" >"$console"'))
        self.assertFalse(self.trial('echo "Linux version" >"$console"; exec sleep 100'))
        self.assertFalse(self.trial("exit 1"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
