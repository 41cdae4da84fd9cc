"""One boot of a kernel in QEMU: runs a command, brings output, files and exit status back."""

import lzma
import os
import pathlib
import re
import selectors
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

import qemu
from archive import Unavailable, run
from kernels import Kernel

HERE = pathlib.Path(__file__).resolve().parent
# What the initramfs needs until the host's files are there; modprobe knows what they need beside themselves.
ROOT_MODULES = ("virtio_pci", "virtio_console", "virtio_rng", "9pnet_virtio", "9p", "overlay")
# The guest's own, empty at the start: what lies below cannot be the current folder.
OWN_FOLDERS = ("/dev", "/proc", "/run", "/sys")
COMPLAINT = re.compile(r"\b(WARNING: |BUG: |Oops[: ]|general protection fault|kernel panic|INFO: task .* blocked|"
                       r"UBSAN: |KASAN: |rcu: INFO: .* stall)", re.IGNORECASE)


@dataclass(frozen=True)
class Outcome:
    status: int | None  # the command's exit status; None: the guest died before the command ended
    timed_out: bool
    complaints: list[str]  # WARNING, BUG, Oops lines of the guest's kernel
    console: str  # all that the guest's kernel printed
    seconds: float

    def console_tail(self):
        """The end of the console, for people: from the first complaint on, if there is one."""
        lines = self.console.splitlines()
        first = next((number for number, line in enumerate(lines) if COMPLAINT.search(line)), len(lines))
        return "\n".join(lines[min(first, max(0, len(lines) - 25)):][:120])


def initramfs(kernel: Kernel, folder: pathlib.Path):
    """busybox, the modules that reach the host's files, and init."""
    tree = folder / "initramfs"
    (tree / "bin").mkdir(parents=True)
    busybox = shutil.which("busybox")
    if busybox is None:
        raise Unavailable("busybox is not installed: sudo scripts/setup vm")
    shutil.copy(busybox, tree / "bin/busybox")
    shutil.copy(HERE / "init", tree / "init")
    order = []
    if (kernel.root / "lib/modules" / kernel.release).is_dir():
        for module in ROOT_MODULES:
            shown = run("modprobe", "-d", kernel.root, "-S", kernel.release, "--show-depends", "-q", module)
            for path in re.findall(r"^insmod (\S+)", shown, re.MULTILINE):
                name = pathlib.Path(path).name.removesuffix(".xz")
                if name in order:
                    continue
                content = pathlib.Path(path).read_bytes()
                (tree / name).write_bytes(lzma.decompress(content) if path.endswith(".xz") else content)
                order.append(name)
    (tree / "modules").write_text("".join(f"{name}\n" for name in order))
    image = folder / "initramfs.cpio"
    qemu.pack(tree, image)
    shutil.rmtree(tree)
    return image


@dataclass(frozen=True)
class Machine:
    """What is to be emulated."""
    cpus: int = 2
    memory: int = 1024  # MiB
    nics: tuple = ()  # names of qemu.CARDS: two joined ports of each. None: two virtio-net ports without a driver


def qemu_command(kernel, image, folder, machine, program):
    return [
        # QEMU must not survive us, however we end.
        "setpriv", "--pdeathsig", "KILL", "--", program.binary, *program.options, "-accel", qemu.accelerator(kernel.image),
        "-machine", "q35", "-cpu", "max",
        "-smp", str(machine.cpus), "-m", str(machine.memory), "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", str(kernel.image), "-initrd", str(image),
        # Emulation is slow enough without mitigations. QEMU keeps its translations of code by address: where programs lie
        # at random ones, it translates each anew at each start. Tests that take interfaces and programs away wait for
        # grace periods half of their time: expedited ones do not wait for ticks. The self tests of the kernel's cryptography
        # take a second or two of a boot. On a busy machine the timer seems not to work, which is a panic: no_timer_check.
        # loglevel 5 is warnings and worse.
        "-append", "console=ttyS0 loglevel=5 panic=-1 oops=panic mitigations=off norandmaps rcupdate.rcu_expedited=1 "
        "cryptomgr.notests no_timer_check",
        "-serial", f"file:{folder}/console", "-device", "virtio-rng-pci",
        "-fsdev", "local,id=host,path=/,security_model=none,readonly=on,multidevs=remap",
        "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
        "-fsdev", f"local,id=share,path={folder}/share,security_model=none",
        "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
        "-device", "virtio-serial-pci", *qemu.card_words(machine.nics),
    ]


def write_share(share, kernel, machine, command, cwd):
    """What the guest is told: two files that its shell reads."""
    share.mkdir()
    shutil.copy(HERE / "run", share / "run")
    modules = kernel.root / "lib/modules" / kernel.release
    (share / "settings").write_text(f"folder={shlex.quote(cwd)}\nmodules={shlex.quote(str(modules))}\n")
    (share / "cards").write_text(qemu.card_settings(machine.nics))
    (share / "command").write_text(f"exec {shlex.join(command)}\n")


def boot(kernel: Kernel, command, machine=Machine(), timeout=600.0) -> Outcome:
    """Boots `kernel`, runs `command` as root in the current folder with its output on ours, and extracts the files that
    it wrote below the current folder over those here, when the command ends by itself."""
    cwd = os.getcwd()
    if any(f"{cwd}/".startswith(f"{own}/") for own in OWN_FOLDERS):
        raise Unavailable(f"the current folder {cwd} is not in the guest: it has a {cwd.split('/')[1]} of its own")
    program = qemu.find(machine.nics)
    with tempfile.TemporaryDirectory(prefix="xdp-bench-vm-") as name:
        folder = pathlib.Path(name)
        write_share(folder / "share", kernel, machine, command, cwd)
        arguments = qemu_command(kernel, initramfs(kernel, folder), folder, machine, program)
        started = time.monotonic()
        timed_out = _run_qemu(arguments, program.environment, started + timeout)
        status, console = _read(folder / "share/status"), _read(folder / "console") or ""
        files = folder / "share/files.tar"
        if status and files.exists():
            run("tar", "-xf", files, "-C", cwd, "--no-overwrite-dir")
        return Outcome(int(status) if status else None, timed_out, _complaints(console), console,
                       time.monotonic() - started)


def _read(path):
    return path.read_text(encoding="utf-8", errors="replace").strip() if path.exists() else None


def _complaints(console):
    return [line.strip() for line in console.splitlines() if COMPLAINT.search(line)]


def _run_qemu(arguments, environment, deadline):
    """Runs QEMU to its end or the deadline, the guest's two streams copied to ours; True if the time was up."""
    streams = {}
    write_ends = []
    for number, stream in ((1, sys.stdout.buffer), (2, sys.stderr.buffer)):
        read_end, write_end = os.pipe()
        streams[read_end] = stream
        write_ends.append(write_end)
        arguments = arguments + ["-chardev", f"file,id=fd{number},path=/dev/fd/{write_end}",
                                 "-device", f"virtserialport,chardev=fd{number},name=fd{number}"]
    process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               pass_fds=write_ends, start_new_session=True, env={**os.environ, **environment})
    for write_end in write_ends:
        os.close(write_end)
    try:
        ended = _copy(streams, deadline)
        if ended:
            _, errors = process.communicate(timeout=10)
            if process.returncode:
                raise Unavailable(f"QEMU failed ({process.returncode}): {errors.decode(errors='replace').strip()}")
        return not ended
    finally:
        process.kill()
        process.wait()
        process.stderr.close()
        for read_end in streams:
            os.close(read_end)


def _copy(streams, deadline):
    """Copies until every stream has ended; False if the deadline came first."""
    with selectors.DefaultSelector() as selector:
        for read_end in streams:
            selector.register(read_end, selectors.EVENT_READ)
        while selector.get_map():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            for key, _ in selector.select(left):
                data = os.read(key.fd, 65536)
                if not data:
                    selector.unregister(key.fd)
                    continue
                streams[key.fd].write(data)
                streams[key.fd].flush()
    return True


def end_by_signals():
    """SIGTERM and SIGHUP unwind like SIGINT, so that QEMU and temporary files go."""
    def unwind(number, _frame):
        raise SystemExit(128 + number)
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, unwind)
