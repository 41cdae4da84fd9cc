"""Every name in what the tool writes as JSON stands in results/README.md, and what stands there as a name is one of the tool's."""

import glob
import json
import os
import re
import subprocess

from harness import BUILD, SOURCE, TOOL, VethCase, main

# Their keys are names of interfaces, hosts, CPUs, counters, structures' fields ... and not ours.
FREE = {"excluded", "context", "passed_by_cpu", "answered_by", "queues", "attached", "driver", "record", "device_counters",
        "queue_counters", "handled_by_cpu"}

# In code type there without being a name of the tool's: of Google Benchmark, of the kernel, of XML and JSON.
NOT_OURS = {"iterations", "compare.py", "null", "xdp.frags", "aggregate", "aggregate_name", "aggregate_unit", "family_index",
            "per_family_instance_index", "error_occurred", "error_message"}

REPLACED = """
name: replaced
about: A program that another takes the place of
program: xdp_pass
replay: { topology: pair, traffic: udp_64.pcap, expect: { XDP_PASS: 1000 }, replace: { with: xdp_drop, times: 2 } }
"""

# An IPv4 packet to whoever gets it, for extract_metadata to write an event about, again and again.
SENDER = """
import socket, time
frame = bytes.fromhex("020000000002 020000000001 0800 4500001c000100004011af7e c6120001 c6120002 14e9 0009 0008 0000")
with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
    out.bind(("port1", 0))
    while True:
        out.send(frame)
        print("sent", flush=True)
        time.sleep(0.05)
"""


def names_in(text):
    """The names in code type, also those inside longer code: `lower_pps`, `upper_pps` / `lower_pps` - 1."""
    return {name for code in re.findall(r"`([^`\n]+)`", text) for name in re.findall(r"[A-Za-z_](?:[\w.]*\w)?", code)}


def keys_of(document, place=""):
    """All keys, each with where it stands."""
    if isinstance(document, list):
        for one in document:
            yield from keys_of(one, place)
    elif isinstance(document, dict):
        for key, value in document.items():
            yield key, place
            if key not in FREE or not isinstance(value, dict):
                yield from keys_of(value, f"{place}/{key}")


class ResultNames(VethCase):
    def setUp(self):
        super().setUp()
        with open(os.path.join(SOURCE, "results", "README.md"), encoding="utf-8") as file:
            first, *rest = re.split(r"(?m)^## (?=.*$)", file.read())
        self.sections = {"A run": first, **{part.partition("\n")[0]: part for part in rest}}

    def assert_documented(self, document, *sections):
        documented = set().union(*(names_in(self.sections[section]) for section in sections))
        self.assertEqual({(key, place) for key, place in keys_of(document) if key not in documented}, set())

    def result_of(self, *arguments, may_be_invalid=False):
        """The document of a call; a figure of a few milliseconds may be invalid, which has the same names."""
        done = subprocess.run([TOOL, *arguments, "--json", "out.json"], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertIn(done.returncode, (0, 3) if may_be_invalid else (0,), done.stdout + done.stderr)
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            return json.load(file)

    def test_of_runs(self):
        quick = ("--rounds", "2", "--duration", "20ms")
        cpu = str(max(os.sched_getaffinity(0)))
        self.write_text("replaced.yaml", REPLACED)
        seen = set()
        for arguments in (("--prog", "icmp_lb", "--mode", "all", "--only", "check,replay"),
                          ("--scenario", "replaced.yaml", "--only", "replay"),
                          ("--prog", os.path.join(BUILD, "share", "xdp-bench", "bpf", "xdp_tx.bpf.o"), "--only", "check,bench", *quick),
                          ("--prog", "xdp_drop", "--only", "bench", "--cpus", cpu, "--size", "64", *quick),
                          ("--prog", "xdp_tx", "--only", "bench,search,latency", "--rate", "1kpps", "--loss", "1%", "--exceed", "90%",
                           "--width", "20%", *quick)):
            with self.subTest(arguments=arguments):
                result = self.result_of(*arguments, may_be_invalid="--rate" in arguments)
                self.assert_documented(result, "A run", "Benches")
                seen |= {key for key, value in result.items() if value}
        lists = {"programs", "cases", "verdicts", "replays", "lans", "benches", "rates", "searches", "latencies", "scalings"}
        self.assertLessEqual(lists, seen)  # else their names were not looked at

    def test_of_real_ports(self):
        self.inside("ethtool", "-K", "port0", "gro", "off")
        cpu = str(max(os.sched_getaffinity(0)))
        sender = subprocess.Popen(["ip", "netns", "exec", self.netns, "/usr/bin/python3", "-c", SENDER], stdout=subprocess.PIPE, text=True)
        try:
            sender.stdout.readline()
            self.inside(TOOL, "--prog", "xdp_pass", "--dev", "port0", "--traffic", "external", "--duration", "300ms", "--json", "external.json")
        finally:
            sender.kill()
            sender.communicate()
        self.inside(TOOL, "--prog", "xdp_drop", "--dev", "port0", "--peer", "port1", "--only", "replay,bench", "--cpus", cpu, "--duration", "10ms",
                    "--rounds", "2", "--json", "ports.json")
        for name, key in (("external.json", "externals"), ("ports.json", "scalings")):
            result = self.read_json(name)
            self.assertTrue(result[key])
            del result["environment"]
            self.assert_documented(result, "A run", "Benches")

    def test_of_a_comparison(self):
        result = self.result_of("compare", "xdp_drop", "xdp_drop", "--max-time", "1s", "--only", "time", may_be_invalid=True)
        self.assertTrue(result["cases"])
        self.assert_documented(result, "A run", "Benches", "Comparing two programs")

    def test_of_a_device(self):
        self.inside(TOOL, "doctor", "--dev", "port0", "--try", "--json", "out.json")
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertTrue(result["attach_modes"])
        self.assert_documented(result, "A device")

    def test_of_a_qualification(self):
        self.inside(TOOL, "qualify", "--dev", "port1", "--peer", "port0", "--duration", "10ms", "--json", "out.json", "--",
                    "--gtest_filter=qualify.speed.drop")
        with open(os.path.join(self.folder, "out.json"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertTrue(result["cases"][0]["rates"])
        del result["environment"]
        self.assert_documented(result, "A qualification")

    def test_of_live_lines(self):
        sender = subprocess.Popen(["ip", "netns", "exec", self.netns, "/usr/bin/python3", "-c", SENDER], stdout=subprocess.PIPE, text=True)
        try:
            sender.stdout.readline()
            done = self.inside(TOOL, "attach", "--prog", "extract_metadata", "--dev", "port0", "--json", "--interval", "500ms", "--duration", "2s")
        finally:
            sender.kill()
            sender.communicate()
        documents = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual({document["kind"] for document in documents}, {"attached", "event", "sample", "detached"})
        for document in documents:
            self.assert_documented(document, "A run", "Live")

    def test_what_is_documented_is_in_the_code(self):
        literals = set()
        for name in glob.glob(os.path.join(SOURCE, "harness", "**", "*.[ch]*"), recursive=True):
            if name.endswith("_test.cpp"):
                continue
            with open(name, encoding="utf-8") as file:
                literals |= {word for text in re.findall(r'"((?:[^"\\\n]|\\.)*)"', file.read()) for word in re.findall(r"[\w.]+", text)}
        for section in ("A run", "Benches", "Comparing two programs", "A device", "A qualification", "Live"):
            names = {code.removesuffix("[]") for code in re.findall(r"`([a-z][\w.]*(?:\[\])?)`", self.sections[section])}
            self.assertGreater(len(names), 5)
            self.assertEqual(names - NOT_OURS - literals, set(), section)


if __name__ == "__main__":
    main()
