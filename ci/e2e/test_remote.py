"""A peer that another machine has: --remote, in a namespace and over ssh."""

import getpass
import json
import os
import shutil
import subprocess
import tempfile
import unittest

from harness import SOURCE, TOOL, Case, cases_of, comes_true, main, setting_records, wait_for_cables

SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])


class TwoHosts(Case):
    """Two namespaces, each a host: dut with port1, remote with port0. A second cable is for ssh."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.leftovers.check)
        self.dut, self.remote = (f"e2e-{side}-{os.getpid()}" for side in ("dut", "remote"))
        for host in (self.dut, self.remote):
            subprocess.run(["ip", "netns", "add", host], check=True)
            self.addCleanup(subprocess.run, ["ip", "netns", "delete", host], check=True)
            self.at(host, "sysctl", "-q", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1")
        for here, there in (("port1", "port0"), ("ctl1", "ctl0")):
            self.at(self.dut, "ip", "link", "add", here, "type", "veth", "peer", "name", there, "netns", self.remote)
            self.at(self.dut, "ip", "link", "set", here, "up")
            self.at(self.remote, "ip", "link", "set", there, "up")
        self.at(self.dut, "ip", "address", "add", "192.0.2.1/24", "dev", "ctl1")
        self.at(self.remote, "ip", "address", "add", "192.0.2.2/24", "dev", "ctl0")
        wait_for_cables(self.dut, "port1", "ctl1")

    def tearDown(self):
        pass  # the namespaces go later, and what is left is looked for after that

    def at(self, host, *words, code=0, **options):
        """Runs a command at one of the hosts and expects the exit code, or one of several."""
        return self.expect(code, subprocess.run(["ip", "netns", "exec", host, *words], capture_output=True, text=True, timeout=300,
                                                cwd=self.folder, **options))

    def run_remote(self, *options, place=None, code=0):
        return self.at(self.dut, TOOL, "--dev", "port1", "--peer", "port0", "--remote", place or f"netns:{self.remote}", "--prepare",
                       "--json", "out.json", *options, code=code)

    def script(self, name, command):
        """A program that runs the command."""
        self.write_text(name, f"#!/bin/sh\n{command}\n")
        path = os.path.join(self.folder, name)
        os.chmod(path, 0o755)
        return path

    def features(self, host, port):
        return self.at(host, "ethtool", "-k", port).stdout


class Namespace(TwoHosts):
    def test_replays_account_for_every_frame(self):
        before = self.features(self.remote, "port0")
        done = self.run_remote("--prog", "xdp_tx,xdp_drop", "--only", "replay")
        self.assertIn(f"changed at netns:{self.remote} until the run ends", done.stderr)
        result = self.read_json()
        self.assertEqual([case["outcome"] for case in cases_of(result, "replay")], ["passed"] * 2)
        self.assertEqual([replay["sent"] for replay in result["replays"]], [1000] * 2)
        self.assertEqual(result["context"]["remote"] if "remote" in result["context"] else result["environment"]["remote"],
                         f"netns:{self.remote}")
        self.assertEqual(self.features(self.remote, "port0"), before)

    def test_benches_and_rates(self):
        done = self.run_remote("--prog", "xdp_drop", "--only", "bench", "--duration", "100ms", "--rounds", "2", code=(0, 3))
        self.assertIn("xdp_drop", done.stdout)
        self.assertIn("real interfaces: generator on the other machine, program on the CPU of the interrupt", done.stdout)
        bench, = [one for one in self.read_json()["benches"] if one["mode"] == "native"]
        self.assertEqual((bench["generator_cpu"], bench["generator_elsewhere"]), (None, True))
        self.assertGreater(bench["rounds"][0]["offered"], 1000)
        self.run_remote("--prog", "xdp_drop", "--only", "bench", "--rate", "1kpps", "--duration", "100ms", "--rounds", "2", code=(0, 3))
        trial = self.read_json()["rates"][0]["trials"][0]
        self.assertEqual(trial["sent"], 100)

    def queues(self, host, port):
        """Of rx and tx, as ethtool prints them last."""
        lines = self.at(host, "ethtool", "-l", port).stdout.split("Current hardware settings:")[1].splitlines()
        return [int(line.split()[1]) for line in lines if line.startswith(("RX:", "TX:"))]

    def test_queues_here_and_cpus_there(self):
        ends = ((self.dut, "port1"), (self.remote, "port0"))
        self.at(self.dut, "ip", "link", "delete", "port1")
        queues = ("numrxqueues", "2", "numtxqueues", "2")
        self.at(self.dut, "ip", "link", "add", "port1", *queues, "type", "veth", "peer", "name", "port0", *queues, "netns", self.remote)
        for host, port in ends:
            self.at(host, "ip", "link", "set", port, "up")
            self.at(host, "ethtool", "-L", port, "rx", "1", "tx", "1")
        wait_for_cables(self.dut, "port1")
        cpus = sorted(os.sched_getaffinity(0))[:2]
        quick = ("--duration", "100ms", "--rounds", "2", "--flows", "64")
        self.run_remote("--prog", "xdp_drop", "--only", "bench", "--queues", "1,2", "--cpus", ",".join(map(str, cpus)), *quick)
        scaling, = self.read_json()["scalings"]
        self.assertEqual((scaling["outcome"], scaling["placement"]), ("passed", "device"), scaling["message"])
        self.assertEqual([(step["queues"], step["cpus"]) for step in scaling["steps"]], [(1, cpus), (2, cpus)])
        self.assertTrue(all(step["generator_maximum_pps"] > 0 for step in scaling["steps"]))
        self.assertEqual([self.queues(*end) for end in ends], [[1, 1]] * 2)
        self.assertEqual([setting_records(host) for host, _ in ends], [[], []])
        self.run_remote("--prog", "xdp_drop", "--only", "bench", "--rate", "1kpps", "--cpus", ",".join(map(str, cpus)), *quick, code=(0, 3))
        rate, = self.read_json()["rates"]
        self.assertEqual(rate["generator_cpus"], cpus)
        for trial in rate["trials"]:
            self.assertEqual((sum(trial["sent_by_cpu"]), len(trial["sent_by_cpu"])), (trial["sent"], len(cpus)))
        refused = self.run_remote("--prog", "xdp_drop", "--only", "bench", "--cpus", "4095", code=2)
        self.assertIn(f"--cpus 4095: generate at netns:{self.remote} may not use CPU 4095", refused.stderr)

    def test_latency_is_refused_with_the_reason(self):
        refused = self.run_remote("--prog", "xdp_tx", "--only", "latency", "--rate", "1kpps", code=4)
        self.assertIn("clock of one machine", refused.stderr)

    def test_what_is_wrong_with_the_remote_side_is_named(self):
        old = self.script("old", "echo '{\"xdp-bench\":\"0.0.9\",\"protocol\":99}'")
        for place, option, text in (
                ("netns:none-such", "", "none-such"), ("netns:-all", "", "write it as ssh:HOST"), ("host", "", "write it as ssh:HOST"),
                (None, "false", "exit code 1"), (None, "/none/such", "none/such"),
                (None, old, "another protocol")):
            with self.subTest(place=place, option=option):
                tool = ("--remote-tool", option) if option else ()
                refused = self.run_remote("--prog", "xdp_tx", "--only", "replay", *tool, place=place, code=(2, 4))
                self.assertIn(text, refused.stderr)

    def test_a_remote_side_that_dies_is_no_failed_program(self):
        dies = self.script("dies", f"{TOOL} \"$@\" | sed -u 16q")
        done = self.run_remote("--prog", "xdp_tx", "--only", "replay", "--remote-tool", dies, code=2)
        self.assertIn("has ended", done.stdout + done.stderr)

    def test_an_answer_to_something_else_is_not_taken_for_the_answer(self):
        other = self.script("other", "echo '{\"xdp-bench\":\"1\",\"protocol\":1}'; while read line; do echo '{\"reply\":\"end\"}'; done")
        done = self.run_remote("--prog", "xdp_tx", "--only", "replay", "--remote-tool", other, code=2)
        self.assertIn('answered "end" to "', done.stdout + done.stderr)

    def test_qualify_with_the_kernels_variables(self):
        self.at(self.dut, "ip", "address", "add", "198.51.100.1/24", "dev", "port1")
        self.at(self.remote, "ip", "address", "add", "198.51.100.2/24", "dev", "port0")
        self.write_text("net.config", "# two hosts\nNETIF=port1\nLOCAL_V4=198.51.100.1\nREMOTE_V4=\"198.51.100.2\"\n"
                                      f"REMOTE_TYPE=netns\nREMOTE_ARGS={self.remote}\n")
        wanted = {"actions_tx": "PASS", "fragments": "PASS", "loss": "PASS", "delay": "SKIP"}
        self.at(self.dut, TOOL, "qualify", "--json", "out.json", "--", "--gtest_filter=" + ":".join(f"qualify.data.{name}" for name in wanted))
        self.assertEqual({case["name"]: case["finding"] for case in self.read_json()["cases"]}, wanted)
        result = self.read_json()
        result.update(cases=result["cases"][1:])
        self.write_text("out.json", json.dumps(result))
        resumed = self.at(self.dut, TOOL, "qualify", "--json", "out.json", "--resume").stdout
        self.assertIn("continued: 3 cases ran before", resumed)
        refused = self.at(self.dut, TOOL, "qualify", "--at-least", "1pps", code=2).stderr
        self.assertIn("--at-least 1pps does not go with --remote", refused)
        self.assertIn("--only bench,search --prepare --dev port1 --peer 198.51.100.2 --remote env", refused)
        os.remove(os.path.join(self.folder, "net.config"))
        variables = {"NETIF": "port1", "LOCAL_V4": "198.51.100.1", "REMOTE_V4": "198.51.100.2", "REMOTE_TYPE": "netns", "REMOTE_ARGS": self.remote,
                     "XDP_BENCH": TOOL, "XDP_BENCH_REMOTE": "/none/such"}
        wrapped = self.at(self.dut, "env", *(f"{key}={value}" for key, value in variables.items()),
                          os.path.join(SOURCE, "ci/kselftest/qualify_control.sh"), code=4)
        self.assertIn("none/such", wrapped.stdout + wrapped.stderr)
        self.assertIn("option --dev IF is missing: the port to qualify; NETIF", self.at(self.dut, TOOL, "qualify", code=2).stderr)


@unittest.skipUnless(SSHD, "there is no sshd: sudo scripts/setup ssh")
class Ssh(TwoHosts):
    """A real sshd, in the remote's namespace, with keys of its own."""

    def setUp(self):
        super().setUp()
        keys = tempfile.TemporaryDirectory()
        self.addCleanup(keys.cleanup)
        self.keys = keys.name
        for name in ("host", "user", "stranger"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key(name)], check=True)
        shutil.copy(self.key("user.pub"), self.key("authorized"))
        self.write_keys("sshd", f"Port 22\nListenAddress 192.0.2.2\nHostKey {self.key('host')}\nAuthorizedKeysFile {self.key('authorized')}\n"
                                f"PidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n")
        with open(self.key("host.pub"), encoding="ascii") as file:
            self.write_keys("known", "192.0.2.2 " + file.read())
        for name in ("user", "stranger"):
            self.write_keys(name + ".config", f"Host dut-peer\n HostName 192.0.2.2\n User {getpass.getuser()}\n IdentityFile {self.key(name)}\n"
                                              f" IdentitiesOnly yes\n UserKnownHostsFile {self.key('known')}\n")
        os.makedirs("/run/sshd", exist_ok=True)
        sshd = subprocess.Popen(["ip", "netns", "exec", self.remote, SSHD, "-D", "-e", "-f", self.key("sshd")], stderr=subprocess.PIPE,
                                text=True)
        self.addCleanup(sshd.stderr.close)
        self.addCleanup(sshd.wait)
        self.addCleanup(sshd.terminate)
        self.assertTrue(comes_true(lambda: ":22 " in self.at(self.remote, "ss", "-ltn").stdout, 20), sshd.poll())

    def key(self, name):
        return os.path.join(self.keys, name)

    def write_keys(self, name, text):
        with open(self.key(name), "w", encoding="ascii") as file:
            file.write(text)

    def place(self, name="user"):
        return f"ssh:-F {self.key(name + '.config')} dut-peer"

    def test_replays_over_ssh(self):
        done = self.run_remote("--prog", "xdp_tx,xdp_drop", "--only", "replay", "--remote-tool", TOOL, place=self.place())
        self.assertIn("2 passed", done.stdout)

    def test_what_ssh_cannot_do_is_named(self):
        for place, text, advice in ((self.place("stranger"), "Permission denied", "try it: ssh"),
                                    (f"ssh:-F {self.key('user.config')} 192.0.2.77", "", "try it: ssh")):
            refused = self.run_remote("--prog", "xdp_tx", "--only", "replay", "--remote-tool", TOOL, place=place, code=4)
            self.assertIn(text, refused.stderr)
            self.assertIn(advice, refused.stderr)
        missing = self.run_remote("--prog", "xdp_tx", "--only", "replay", "--remote-tool", "/none/xdp-bench", place=self.place(), code=4)
        self.assertIn("install xdp-bench there", missing.stderr)

    def test_the_port_that_carries_ssh_is_not_taken(self):
        refused = self.at(self.dut, TOOL, "--prog", "xdp_tx", "--only", "replay", "--dev", "ctl1", "--peer", "ctl0", "--take-over",
                          "--remote", self.place(), "--remote-tool", TOOL, code=2)
        self.assertIn("itself runs over ctl", refused.stderr)


if __name__ == "__main__":
    main()
