"""What the end-to-end tests share: running the tool as a user types it, and seeing that nothing is left."""

import ctypes
import fcntl
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

TOOL = os.environ["XDP_BENCH"]
SOURCE = os.environ["XDP_BENCH_SOURCE"]
BUILD = os.environ["XDP_BENCH_BUILD"]
SKIP = 77  # what CTest takes for a skip
MEASURED = (0, 3)  # exit codes: a busy machine's generator may fall short of a rate, a comparison may stay undecided
RECORDS = pathlib.Path("/run/xdp-bench")  # of changed port settings, one file a change
PATIENCE = 60.0  # seconds for what is expected to come: a loaded machine takes its time


def run(*arguments, timeout=300, cwd=None, **options):
    """Runs the tool; the finished process with its output as text."""
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=timeout, cwd=cwd, **options)


def comes_true(condition, patience=PATIENCE):
    """Whether the condition holds, or comes to within so many seconds."""
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def cases_of(result, kind):
    """The cases of one kind in a result."""
    return [case for case in result["cases"] if case["kind"] == kind]


def links(namespace):
    """What `ip` shows of the interfaces of a namespace."""
    shown = subprocess.run(["ip", "-n", namespace, "-j", "-d", "link"], capture_output=True, text=True, check=True)
    return json.loads(shown.stdout)


def wait_for_cables(namespace, *names):
    """Until the kernel has taken notice that the interfaces are up: a worker of its own does, and until then what is
    sent is lost, and what `ip` shows is not yet what it will be."""
    assert comes_true(lambda: {link["ifname"] for link in links(namespace) if link["operstate"] == "UP"} >= set(names)), links(namespace)


def fixture(name):
    """An object of ci/fixtures."""
    return os.path.join(BUILD, "fixtures", name + ".bpf.o")


def reference(name):
    """The object of a reference program of ours."""
    return os.path.join(BUILD, "share", "xdp-bench", "bpf", name + ".bpf.o")


def build_program(source, target, *flags):
    """Compiles a BPF program; what the compiler says, if it does not."""
    multiarch = subprocess.run(["gcc", "-print-multiarch"], capture_output=True, text=True, check=True).stdout.strip()
    return subprocess.run(["clang", "-target", "bpf", "-mcpu=v3", "-g", "-O2", *flags, "-idirafter", f"/usr/include/{multiarch}",
                           "-c", source, "-o", target], capture_output=True, text=True, check=False).stderr


def bpf_objects(kind):
    """The machine's programs ("prog"), links or maps. bpftool gives up when one goes while it lists them: then once more."""
    for _ in range(100):
        listed = subprocess.run(["bpftool", "-j", kind, "list"], capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return json.loads(listed.stdout)
    raise AssertionError(listed.stdout + listed.stderr)


def kernel_objects():
    """The BPF programs, links and maps of the machine, by kind and id. But for program arrays: the kernel (6.18) never frees
    one that is listed while its last owner closes it (prog_array_map_clear() counts a reference more for work that is
    queued already, kernel/bpf/arraymap.c). What would hold one, a program, is seen."""
    return {(kind, entry["id"], entry.get("name", "")) for kind in ("prog", "link", "map") for entry in bpf_objects(kind)
            if entry.get("type") != "prog_array"}


def interfaces():
    listed = subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True)
    return {entry["ifname"] for entry in json.loads(listed.stdout)}


def named_namespaces():
    listed = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True)
    return {line.split()[0] for line in listed.stdout.splitlines()}


def setting_records(namespace):
    """The records of changed port settings of a named namespace. Its inode alone would not do: an earlier one may have had it."""
    def inside(*words):
        return subprocess.run(["ip", "netns", "exec", namespace, *words], capture_output=True, text=True, check=True).stdout.strip()

    texts = {}
    for path in RECORDS.glob("*.settings"):
        try:
            texts[path] = path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:  # of another test that has ended
            pass
    if not texts:
        return []
    so_netns_cookie = 71  # socket(7)
    cookie = inside(sys.executable, "-c", "import socket, sys; print(int.from_bytes(socket.socket().getsockopt("
                                          f"socket.SOL_SOCKET, {so_netns_cookie}, 8), sys.byteorder))")
    here = {f"namespace {inside('readlink', '/proc/self/ns/net')}", f"cookie {cookie}"}
    return sorted(path for path, lines in texts.items() if here <= set(lines))


def adopt():
    """From here on processes that outlive their parent become children of this one."""
    set_child_subreaper = 36  # prctl(2)
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def living_children(but=None):
    """The children of this process, except one, by number and name; waits for those that have ended."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split() if int(pid) != but]
    living = {}
    for pid in children:
        if os.waitpid(pid, os.WNOHANG)[0] == 0:
            with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
                living[pid] = file.read().strip()
    return living


def adopted_processes(but=None):
    """Kills and names the children of this process, except one, that do not end by themselves: a child of the tool may
    need a moment to notice that its parent is gone."""
    if comes_true(lambda: not living_children(but), 5):
        return []
    left = living_children(but)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return list(left.values())


class Turns:
    """Cases of two files may run side by side. Who must know that an object is nobody's waits until no other case runs."""

    def __init__(self):
        self.gate, self.running = (open(os.path.join(BUILD, f"e2e.{name}.lock"), "w", encoding="ascii") for name in ("gate", "running"))

    def begin(self):
        fcntl.flock(self.gate, fcntl.LOCK_EX)  # not while somebody waits to be alone
        fcntl.flock(self.running, fcntl.LOCK_SH)
        fcntl.flock(self.gate, fcntl.LOCK_UN)

    def alone(self):
        self.end()
        fcntl.flock(self.gate, fcntl.LOCK_EX)
        fcntl.flock(self.running, fcntl.LOCK_EX)

    def end(self):
        fcntl.flock(self.running, fcntl.LOCK_UN)
        fcntl.flock(self.gate, fcntl.LOCK_UN)


TURNS = Turns()
SUSPECTS = {}  # objects that were not there before a case, but behind it, and the case: its own or those of another file's


def objects_now():
    """What the machine has, of BPF, interfaces and named namespaces."""
    return kernel_objects() | {("interface", name) for name in interfaces()} | {("namespace", name) for name in named_namespaces()}


class Leftovers:
    """Compares the machine before and after; the kernel frees some objects a little later, after RCU."""

    def __init__(self):
        TURNS.begin()
        self.before = objects_now()

    def left(self):
        """What is there now and was not before, and interfaces that are gone."""
        now = objects_now()
        return (now - self.before) | {thing for thing in self.before - now if thing[0] == "interface"}

    def check(self):
        """Nothing is left, once no other case runs."""
        if comes_true(lambda: not self.left(), 0.2):
            return
        TURNS.alone()
        try:
            assert comes_true(lambda: not self.left()), f"left behind, or missing: {self.left()}"
        finally:
            TURNS.end()
            TURNS.begin()

    def suspect(self, case):
        """What is left may be another file's: it is looked at again at the end of this one."""
        if comes_true(lambda: not self.left(), 0.2):
            return
        left = self.left()
        assert not left & self.before, f"missing: {left & self.before}"
        SUSPECTS.update({thing: case for thing in left if thing not in SUSPECTS})


def suspects_left():
    """What is still there when no other case runs, and the case that was the first to see it."""
    TURNS.alone()
    try:
        comes_true(lambda: not set(SUSPECTS) & objects_now())
        return {thing: case for thing, case in SUSPECTS.items() if thing in objects_now()}
    finally:
        TURNS.end()


class Case(unittest.TestCase):
    """A test in an empty folder of its own that sees to it that nothing is left behind."""

    def setUp(self):
        self.leftovers = Leftovers()
        self.addCleanup(TURNS.end)  # also where setUp() fails
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def tearDown(self):
        self.leftovers.suspect(self.id())

    def tool(self, *arguments, code=0, **options):
        """Runs the tool in the folder and expects the exit code, or one of several."""
        return self.expect(code, run(*arguments, cwd=self.folder, **options))

    def expect(self, code, done):
        self.assertIn(done.returncode, code if isinstance(code, tuple) else (code,), f"{done.args}\n{done.stdout}\n{done.stderr}")
        return done

    def check_reached(self, load):
        """A rate or latencies: a generator that fell short in half of the trials or more makes them invalid, which is said."""
        reached = [trial for trial in load["trials"] if trial["reached"]]
        self.assertEqual(load["reached"], len(reached))
        for trial in reached:
            self.assertGreaterEqual(trial["offered_pps"], 0.98 * load["rate_pps"])
        enough = 2 * len(reached) > len(load["trials"])
        self.assertEqual(load["outcome"], "passed" if enough else "invalid", load["message"])
        if not enough:
            self.assertIn("did not reach", load["message"])

    def read_text(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read()

    def read_json(self, name="out.json"):
        return json.loads(self.read_text(name))

    def write_text(self, name, text):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8") as file:
            file.write(text)

    def compile(self, source, name="mine", **constants):
        """The program in the text `source`, with constants defined, as the object NAME.o in the folder."""
        self.write_text(name + ".bpf.c", source)
        target = os.path.join(self.folder, name + ".o")
        defines = [f"-D{constant}={value}" for constant, value in constants.items()]
        self.assertEqual(build_program(os.path.join(self.folder, name + ".bpf.c"), target, *defines), "")
        return target

    def result(self):
        """The one result that a run wrote into results/."""
        names = os.listdir(os.path.join(self.folder, "results"))
        self.assertEqual(len(names), 1, names)
        return self.read_json(os.path.join("results", names[0]))


class VethCase(Case):
    """A test with a veth pair, port0 and port1, in a namespace of its own."""

    def setUp(self):
        super().setUp()
        self.netns = f"e2e-{type(self).__name__.lower()}-{os.getpid()}"
        subprocess.run(["ip", "netns", "add", self.netns], check=True)
        self.inside("sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        self.inside("ip", "link", "add", "port0", "type", "veth", "peer", "name", "port1")
        for name in ("port0", "port1"):
            self.inside("ip", "link", "set", name, "up")
        wait_for_cables(self.netns, "port0", "port1")

    def tearDown(self):
        left = setting_records(self.netns)
        for path in left:
            path.unlink(missing_ok=True)
        subprocess.run(["ip", "netns", "delete", self.netns], check=True)
        super().tearDown()
        self.assertEqual(left, [], "records of changed port settings are left")

    def inside(self, *words, code=0):
        """Runs a command in the namespace and expects the exit code, or one of several."""
        return self.expect(code, subprocess.run(["ip", "netns", "exec", self.netns, *words], capture_output=True, text=True,
                                                timeout=300, cwd=self.folder))


class PinnedCase(VethCase):
    """A test whose scripts pin programs and maps in a BPF file system of their own, in the folder `pins`."""

    def setUp(self):
        super().setUp()
        self.pins = os.path.join("/sys/fs/bpf", self.netns)

    def shell(self, script, code=0):
        """A script in the namespace and in a mount namespace with that file system."""
        return self.inside("unshare", "--mount", "sh", "-c", "set -e; mount -t bpf bpf /sys/fs/bpf; " + script, code=code)


def main():
    if os.geteuid() != 0:
        print("[  SKIPPED ] end-to-end tests need root: namespaces and XDP")
        sys.exit(SKIP)
    tests = unittest.main(verbosity=2, exit=False).result
    left = suspects_left()
    if left:
        print(f"left behind: {left}")
    sys.exit(0 if tests.wasSuccessful() and not left else 1)
