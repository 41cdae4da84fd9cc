"""QEMU: which one, with which accelerator, and the network cards that it emulates."""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass, field

from archive import Suites, Unavailable, cache_folder, locked, machine_mirror, run, say

QEMU = "qemu-system-x86_64"
# What `--nic` names: QEMU's device and Linux's driver.
CARDS = {"igb": ("igb", "igb"), "vmxnet3": ("vmxnet3", "vmxnet3"), "e1000e": ("e1000e", "e1000e"),
         "virtio-net": ("virtio-net-pci", "virtio_net")}
IGB_SINCE = (8, 0)  # QEMU's changelog: hw/net/igb
PACKAGES = ("qemu-system-x86", "qemu-system-common", "qemu-system-data")
KVM_PATIENCE = 8  # seconds; where KVM works, a guest prints its line within one


@dataclass(frozen=True)
class Qemu:
    binary: str
    options: tuple = ()
    environment: dict = field(default_factory=dict)


# --- Which one ---

def installed_version():
    """(7, 2) or None."""
    if shutil.which(QEMU) is None:
        return None
    match = re.search(r"version (\d+)\.(\d+)", run(QEMU, "--version"))
    return (int(match[1]), int(match[2])) if match else None


def find(nics):
    """The installed QEMU, or a newer one from the cache if the installed one does not emulate all of `nics`."""
    version = installed_version()
    if version is None:
        raise Unavailable(f"{QEMU} is not installed: sudo scripts/setup vm")
    if any("igb" in nic.split("+") for nic in nics) and version < IGB_SINCE:
        return _unpacked()
    return Qemu(QEMU)


def _unpacked():
    """QEMU of the backports of the machine's own release, which its libraries fit."""
    cache = cache_folder() / "qemu"
    with locked(cache / "lock", "QEMU"):
        done = sorted(path for path in cache.glob("[0-9]*") if path.is_dir())
        if not done:
            done = [_unpack(cache)]
    folder = done[-1]
    libraries = f"{folder}/usr/lib/x86_64-linux-gnu/qemu"
    qemu = Qemu(f"{folder}/usr/bin/{QEMU}", ("-L", f"{folder}/usr/share/qemu", "-L", "/usr/share/seabios"),
                {"QEMU_MODULE_DIR": libraries})
    run(qemu.binary, "--version")  # fails if a library that it needs is not installed
    return qemu


def _unpack(cache):
    suites = Suites()
    suites.update()
    suite = f"{machine_mirror()[1]}-backports"
    with tempfile.TemporaryDirectory(prefix=".partial-", dir=cache) as partial:
        folder = pathlib.Path(partial)
        suites.download([f"{name}/{suite}" for name in PACKAGES], folder)
        whole = folder / "qemu"
        for package in folder.glob("*.deb"):
            run("dpkg", "-x", package, whole)
        version = re.search(r"version (\S+)", run(whole / "usr/bin" / QEMU, "--version"))[1]
        return whole.rename(cache / version)


# --- The accelerator ---

def accelerator(kernel_image):
    """KVM if a guest has booted with it since this machine started, else emulation. /dev/kvm may exist and yet no guest
    ever print a line. QEMU emulates the CPUs in turn, on one thread: on threads of their own they now and then run a stale
    translation of code that the kernel has patched (an "Oops: int3" in bpf_dispatcher_xdp_func, where the memory already
    holds a jump)."""
    return "kvm" if _kvm_works(kernel_image) else "tcg,thread=single"


def _kvm_works(kernel_image):
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return False
    boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    note = cache_folder() / "kvm.json"
    with locked(note.with_suffix(".lock"), "the trial of KVM"):
        try:
            tried = json.loads(note.read_text(encoding="ascii"))
            if tried["boot"] == boot:
                return tried["works"]
        except (OSError, ValueError, KeyError):
            pass
        works = _boots_with_kvm(kernel_image)
        if not works:
            say(f"/dev/kvm exists, but no guest boots with it within {KVM_PATIENCE} s: emulation is used")
        note.write_text(json.dumps({"boot": boot, "works": works}), encoding="ascii")
        return works


def _boots_with_kvm(kernel_image):
    """Boots the kernel with an init that prints one line."""
    with tempfile.TemporaryDirectory(prefix="xdp-bench-kvm-") as name:
        folder = pathlib.Path(name)
        tree = folder / "tree"
        (tree / "bin").mkdir(parents=True)
        shutil.copy(shutil.which("busybox") or "/bin/busybox", tree / "bin/busybox")
        (tree / "init").write_text("#!/bin/busybox sh\necho xdp-bench-vm: booted\n/bin/busybox poweroff -f\n")
        (tree / "init").chmod(0o755)
        pack(tree, folder / "image")
        command = ["setpriv", "--pdeathsig", "KILL", "--", QEMU, "-accel", "kvm", "-machine", "q35", "-cpu", "max", "-m", "256",
                   "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-kernel", str(kernel_image), "-initrd",
                   str(folder / "image"), "-append", "console=ttyS0 panic=-1", "-serial", f"file:{folder}/console"]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                return _prints(folder / "console", process)
            finally:
                process.kill()


def _prints(console, process):
    end = time.monotonic() + KVM_PATIENCE
    while time.monotonic() < end:
        if console.exists() and b"xdp-bench-vm: booted" in console.read_bytes():
            return True
        if process.poll() is not None:
            return console.exists() and b"xdp-bench-vm: booted" in console.read_bytes()
        time.sleep(0.1)
    return False


def pack(tree, image):
    """The folder as an initramfs."""
    names = "\n".join(["."] + [str(path.relative_to(tree)) for path in sorted(tree.rglob("*"))])
    with open(image, "wb") as output:
        subprocess.run(["cpio", "--quiet", "-o", "-H", "newc"], cwd=tree, input=names.encode(), stdout=output, check=True)


# --- The cards ---

def wish(text):
    """What `--nic` says: "igb" is two ports of it, "e1000e+virtio-net" one of each. For argparse."""
    ends = text.split("+")
    if len(ends) > 2 or not set(ends) <= set(CARDS):
        raise argparse.ArgumentTypeError(f"{text}: choose from {', '.join(CARDS)}, or join two: e1000e+virtio-net")
    return text


def ports(nics):
    """Of each port its card, the hub that joins it to the other one, its end there, and its name, after the pair's first."""
    for hub, nic in enumerate(nics):
        cards = (nic.split("+") * 2)[:2]
        for end, card in enumerate(cards):
            yield card, hub, end, f"{cards[0]}-{'ab'[end]}"


def card_words(nics):
    """QEMU's words for pairs of ports, joined by a hub: what leaves one arrives at the other. Each is behind a root port of
    its own, else the virtual functions of two igb collide. Without `nics`, two virtio-net ports."""
    words = []
    for slot, (card, hub, end, port) in enumerate(ports(nics or ["virtio-net"]), 1):
        words += ["-netdev", f"hubport,id={port},hubid={hub}",
                  "-device", f"pcie-root-port,id=root-{port},slot={slot},chassis={slot}",
                  "-device", f"{CARDS[card][0]},bus=root-{port},netdev={port},mac={mac(hub, end)},romfile="]
    return words


def mac(hub, end):
    """By which the guest knows which port is which."""
    return f"52:54:00:{hub:02x}:00:{end:02x}"


def card_settings(nics):
    """What the guest's shell reads: "DRIVER MAC NAME" of each port, one a line."""
    return "".join(f"{CARDS[card][1]} {mac(hub, end)} {port}\n" for card, hub, end, port in ports(nics))
