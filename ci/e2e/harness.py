"""What the end-to-end tests share: running the tool as a user types it, and seeing that nothing is left."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

TOOL = os.environ["XDP_BENCH"]
SOURCE = os.environ["XDP_BENCH_SOURCE"]
BUILD = os.environ["XDP_BENCH_BUILD"]
SKIP = 77  # what CTest takes for a skip


def run(*arguments, timeout=60, cwd=None, **options):
    """Runs the tool; the finished process with its output as text."""
    return subprocess.run([TOOL, *arguments], capture_output=True, text=True, timeout=timeout, cwd=cwd, **options)


def kernel_objects():
    """The BPF programs, links and maps of the machine, by kind and id."""
    found = set()
    for kind in ("prog", "link", "map"):
        listed = subprocess.run(["bpftool", "-j", kind, "list"], capture_output=True, text=True, check=True)
        found |= {(kind, entry["id"], entry.get("name", "")) for entry in json.loads(listed.stdout)}
    return found


def interfaces():
    listed = subprocess.run(["ip", "-j", "link"], capture_output=True, text=True, check=True)
    return {entry["ifname"] for entry in json.loads(listed.stdout)}


def named_namespaces():
    return subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout


class Leftovers:
    """Compares the machine before and after; the kernel frees some objects a little later, after RCU."""

    def __init__(self):
        self.before = (kernel_objects(), interfaces(), named_namespaces())

    def check(self, test, patience=10.0):
        end = time.monotonic() + patience
        while True:
            left = kernel_objects() - self.before[0]
            if not left or time.monotonic() > end:
                break
            time.sleep(0.1)
        test.assertEqual(left, set(), "BPF objects are left")
        test.assertEqual(interfaces(), self.before[1], "interfaces are left")
        test.assertEqual(named_namespaces(), self.before[2], "named namespaces are left")


class Case(unittest.TestCase):
    """A test in an empty folder of its own that sees to it that nothing is left behind."""

    def setUp(self):
        self.leftovers = Leftovers()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def tearDown(self):
        self.leftovers.check(self)

    def tool(self, *arguments, code=0, **options):
        """Runs the tool in the folder and expects the exit code."""
        done = run(*arguments, cwd=self.folder, **options)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done

    def result(self):
        """The one result that a run wrote into results/."""
        folder = os.path.join(self.folder, "results")
        names = os.listdir(folder)
        self.assertEqual(len(names), 1, names)
        with open(os.path.join(folder, names[0]), encoding="utf-8") as file:
            return json.load(file)


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

    def tearDown(self):
        subprocess.run(["ip", "netns", "delete", self.netns], check=True)
        super().tearDown()

    def inside(self, *words, code=0):
        """Runs a command in the namespace and expects the exit code."""
        done = subprocess.run(["ip", "netns", "exec", self.netns, *words], capture_output=True, text=True, timeout=60, cwd=self.folder)
        self.assertEqual(done.returncode, code, f"{words}\n{done.stdout}\n{done.stderr}")
        return done


def main():
    if os.geteuid() != 0:
        print("[  SKIPPED ] end-to-end tests need root: namespaces and XDP")
        sys.exit(SKIP)
    unittest.main(verbosity=2)
