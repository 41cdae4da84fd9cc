"""Two namespaces joined by a veth pair, and a running `xdp-bench attach` in one of them."""

import json
import pathlib
import queue
import re
import subprocess
import sys
import threading
import time

from harness import Case, PATIENCE, TOOL, comes_true, links, wait_for_cables

NAME = pathlib.Path(sys.argv[0]).stem  # files run side by side
CLIENT = f"{NAME}-client"
DUT = f"{NAME}-dut"
CLIENT_IP = "198.18.0.1"
DUT_IP = "198.18.0.2"
SILENCE = 1  # seconds without an answer, where none is expected


def sh(*arguments, code=0):
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    if code is not None and done.returncode != code:
        raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def inside(namespace, *arguments, **options):
    return sh("ip", "netns", "exec", namespace, *arguments, **options)


def ping(count, patience):
    """How many pings from the client to the DUT are answered, the last within `patience` seconds."""
    done = inside(CLIENT, "ping", "-q", "-c", str(count), "-i", "0.05", "-W", str(patience), DUT_IP, code=None)
    return int(re.search(r"(\d+) received", done.stdout).group(1))


def attached(interface="veth0"):
    """What `ip link` says is attached in the DUT."""
    return next(link for link in links(DUT) if link["ifname"] == interface).get("xdp")


class Live:
    """A running `xdp-bench attach` in the DUT."""

    def __init__(self, test, *arguments, **options):
        command = ["ip", "netns", "exec", DUT, TOOL, "attach", "--dev", "veth0", *arguments]
        streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        self.process = subprocess.Popen(command, cwd=test.folder, text=True, **streams)
        self.seen = []
        self.lines = queue.Queue()
        self.threads = []
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                thread = threading.Thread(target=self.follow, args=(stream,), daemon=True)
                thread.start()
                self.threads.append(thread)
        test.addCleanup(self.kill)

    def follow(self, stream):
        for line in stream:
            self.lines.put(line)

    def wait_for(self, pattern):
        """The match of the first line, from here on, that has the pattern."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no line with {pattern}; seen:\n{''.join(self.seen)}") from None
            self.seen.append(line)
            found = re.search(pattern, line)
            if found:
                return found

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self, number=None):
        """The exit code and all that was printed; after a signal, if one is given."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(timeout=PATIENCE)
        for thread in self.threads:
            thread.join(timeout=PATIENCE)
        while not self.lines.empty():
            self.seen.append(self.lines.get())
        return code, "".join(self.seen)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass


class AttachCase(Case):
    def setUp(self):
        super().setUp()
        # In front of the look at leftovers, which comes in tearDown().
        for namespace in (CLIENT, DUT):
            sh("ip", "netns", "del", namespace, code=None)
            sh("ip", "netns", "add", namespace)
            inside(namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
            inside(namespace, "ip", "link", "set", "lo", "up")
        sh("ip", "link", "add", "name", "veth0", "netns", CLIENT, "type", "veth", "peer", "name", "veth0", "netns", DUT)
        for namespace, address in ((CLIENT, CLIENT_IP), (DUT, DUT_IP)):
            inside(namespace, "ip", "addr", "add", address + "/24", "dev", "veth0")
            inside(namespace, "ip", "link", "set", "veth0", "up")
        # Without ARP each frame that the DUT gets is IPv4, and a ping never waits for a neighbour that a program hid.
        for namespace, other, address in ((CLIENT, DUT, DUT_IP), (DUT, CLIENT, CLIENT_IP)):
            mac = json.loads(inside(other, "ip", "-j", "link", "show", "veth0").stdout)[0]["address"]
            inside(namespace, "ip", "neigh", "replace", address, "lladdr", mac, "dev", "veth0", "nud", "permanent")
            wait_for_cables(namespace, "veth0")

    def assert_answered(self, count=1):
        self.assertEqual(ping(count, int(PATIENCE)), count)

    def assert_silent(self):
        self.assertEqual(ping(1, SILENCE), 0)

    def assert_detached(self):
        """Of a process that was killed the kernel closes the link a moment later if somebody looks at it."""
        self.assertTrue(comes_true(lambda: attached() is None), attached())

    def tearDown(self):
        for namespace in (CLIENT, DUT):
            sh("ip", "netns", "del", namespace, code=None)
        super().tearDown()

    def start(self, *arguments, **options):
        live = Live(self, *arguments, **options)
        live.wait_for("commands on standard input|\"attached\"")
        return live

    def refused(self, *arguments, code=2):
        """attach in the DUT is refused; what it says."""
        done = inside(DUT, TOOL, "attach", *arguments, code=code)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def map(self, *arguments, code=0):
        return inside(DUT, TOOL, "map", "--dev", "veth0", *arguments, code=code)
