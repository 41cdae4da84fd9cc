"""run over real ports: the generator's maximum, queues, several CPUs that send, a third port, and traffic of others."""

import json
import os
import pathlib
import signal
import subprocess
import time

from harness import MEASURED, SOURCE, TOOL, VethCase, comes_true, main, setting_records, wait_for_cables

QUICK = ("--duration", "10ms", "--rounds", "2")
QUEUES = ("numrxqueues", "4", "numtxqueues", "4")
REJECTED = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int rejected(struct xdp_md *ctx) { return *(int *)(long)ctx->data; }
char _license[] SEC("license") = "GPL";
"""
SENDER = """
import socket, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(('port0', 0))
print('sends', flush=True)
while True:
    s.send(b'\\xff' * 60)
    time.sleep(0.0005)
"""


class PortOptions(VethCase):
    def setUp(self):
        super().setUp()
        self.inside("ip", "link", "delete", "port0")
        for left, right in (("port0", "port1"), ("port2", "port3")):
            self.inside("ip", "link", "add", left, *QUEUES, "type", "veth", "peer", "name", right, *QUEUES)
            for port in (left, right):
                self.inside("ip", "link", "set", port, "up")
                self.inside("ethtool", "-L", port, "rx", "1", "tx", "1")
                self.inside("ethtool", "-K", port, "gro", "off")
        wait_for_cables(self.netns, "port0", "port1", "port2", "port3")

    def over_ports(self, *options, code=0):
        return self.inside(TOOL, "--dev", "port1", "--peer", "port0", "--json", "out.json", *options, code=code)

    def queues(self, port="port1"):
        """Of rx and tx, as ethtool prints them last."""
        lines = self.inside("ethtool", "-l", port).stdout.split("Current hardware settings:")[1].splitlines()
        return [int(line.split()[1]) for line in lines if line.startswith(("RX:", "TX:"))]

    def records(self):
        return setting_records(self.netns)

    def test_two_programs_are_compared_over_ports(self):
        source = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#include "SOURCE/bpf/include/xdp_counters.h"
SEC("xdp") int chain(struct xdp_md *ctx)
{
    __u64 sum = ctx->data_end - ctx->data;
    asm volatile(".rept 2000\\n%0 ^= 5\\n.endr\\n" : "+r"(sum));
    if (EXTRA)
        asm volatile(".rept 6000\\n%0 ^= 5\\n.endr\\n" : "+r"(sum));
    return count(ctx, sum ? XDP_DROP : XDP_ABORTED);
}
char _license[] SEC("license") = "GPL";
"""
        source = source.replace("SOURCE", str(SOURCE))
        base, slower = self.compile(source, "base", EXTRA=0), self.compile(source, "slower", EXTRA=1)
        ports = ("--dev", "port1", "--peer", "port0")
        done = self.inside(TOOL, "compare", base, slower, *ports, "--only", "throughput", "--json", "out.json", code=1)
        self.assertRegex(done.stdout, r"bound by (program|path): ")
        result = self.read_json()
        case = result["cases"][0]
        self.assertEqual((len(result["cases"]), case["name"], case["judgement"]), (1, "native/device:port1", "slower"))
        self.assertGreater(case["effect"], 0.3)
        self.assertGreater(case["generator_maximum_pps"], 1e9 / case["contender_ns"])
        self.assertIn(case["bound"], ("program", "path"))
        self.assertIn("lost_share", case)
        self.assertEqual(self.attached(), [])
        for words, text in (((*ports, "--only", "time"), "--dev goes with throughput, which --only leaves out"),
                            ((*ports, "--placement", "separate"), "--placement does not go with --dev"),
                            (("--dev", "port1"), "--dev without --peer"),
                            (("--peer", "port0"), "option --dev IF is missing: --peer needs it")):
            self.assertIn(text, self.inside(TOOL, "compare", base, slower, *words, code=2).stderr)

    def attached(self):
        return [link["ifname"] for link in json.loads(self.inside("ip", "-j", "link").stdout) if "xdp" in link]

    def test_the_generators_maximum(self):
        done = self.over_ports("--prog", "xdp_drop,xdp_tx", "--only", "bench,search", "--loss", "0", "--width", "30%", *QUICK, code=MEASURED)
        self.assertRegex(done.stdout, r"generator, xdp_drop native[^ ]*: at most [0-9.]+ .pps over this port, measured first")
        result = self.read_json()
        for bench in result["benches"]:
            if bench["mode"] == "test_run":
                self.assertNotIn("generator_maximum_pps", bench)
                continue
            most = bench["generator_maximum_pps"]
            self.assertGreater(most, 0)
            self.assertIn("the generator can send", bench["evidence"])
            if bench["bound"] == "generator":
                self.assertRegex(done.stdout, rf"hint: {bench['program']} native.* is limited by the generator: the program kept up with")
        for search in result["searches"]:
            self.assertGreater(search["generator_maximum_pps"], 0)

    def test_queues_are_compared_and_restored(self):
        self.assertEqual(self.queues(), [1, 1])
        done = self.over_ports("--prog", "xdp_drop", "--only", "bench", "--queues", "1,2,4", "--html", "out.html", *QUICK)
        self.assertEqual((self.queues(), self.queues("port0"), self.records()), ([1, 1], [1, 1], []))
        scaling, = self.read_json()["scalings"]
        self.assertEqual((scaling["outcome"], scaling["placement"]), ("passed", "device"), scaling["message"])
        self.assertEqual([step["queues"] for step in scaling["steps"]], [1, 2, 4])
        usable = sorted(os.sched_getaffinity(0))
        self.assertEqual([step["cpus"] for step in scaling["steps"]], [usable[-count:] for count in (1, 2, 4)])
        first = scaling["steps"][0]
        self.assertEqual((first["efficiency"], first["speedup"]), (1, 1))
        for step in scaling["steps"]:
            self.assertAlmostEqual(step["speedup"], step["together_pps"] / first["together_pps"], places=6)
            self.assertAlmostEqual(step["efficiency"], step["speedup"] / step["queues"], places=6)
            self.assertGreater(step["generator_maximum_pps"], 0)
            self.assertIn(step["bound"], ("generator", "program", "path"))
            self.assertLessEqual(set(step["handled_by_cpu"]), {str(cpu) for cpu in usable})
        self.assertEqual(scaling["actions"]["XDP_DROP"], sum(scaling["actions"].values()))
        self.assertIn("hint: the traffic has", done.stdout) if scaling["flows"] < 4 else None
        self.assertIn("queues of the device", pathlib.Path(self.folder, "out.html").read_text(encoding="utf-8"))

    def test_one_number_of_queues_is_for_the_whole_run(self):
        self.over_ports("--prog", "xdp_tx", "--only", "replay,bench", "--queues", "2", *QUICK)
        result = self.read_json()
        self.assertEqual(result["scalings"], [])
        self.assertIn("rx 2, tx 2", result["environment"]["device_queues"])
        self.assertEqual(self.queues(), [1, 1])

    def test_queues_of_a_killed_run_are_restored(self):
        for number, left in ((signal.SIGINT, 0), (signal.SIGKILL, 1)):
            run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "--prog", "xdp_drop", "--only", "bench", "--duration", "60s", "--dev",
                                    "port1", "--peer", "port0", "--queues", "3", "--json", "killed.json"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
            self.addCleanup(run.wait)
            self.addCleanup(run.kill)
            self.assertTrue(comes_true(lambda: self.queues() == [3, 3]))
            time.sleep(0.3)
            run.send_signal(number)
            run.wait(60)
            self.assertEqual(len(self.records()), left)
        self.assertEqual(self.queues(), [3, 3])
        self.assertIn("channels of port1 (was 1/1)", self.inside(TOOL, "restore").stderr)
        self.assertEqual((self.queues(), self.queues("port0"), self.records()), ([1, 1], [1, 1], []))

    def first_change_of_queues(self, *options, code):
        """The first number of queues that port1 got while the tool ran, or that it is given behind it: 2."""
        with subprocess.Popen(["ip", "netns", "exec", self.netns, "stdbuf", "-oL", "ethtool", "--monitor", "--set-channels", "port1"],
                              stdout=subprocess.PIPE, text=True) as monitor:
            self.addCleanup(monitor.kill)
            self.assertEqual(monitor.stdout.readline(), "listening...\n")
            self.over_ports(*options, code=code)
            self.inside("ethtool", "-L", "port1", "rx", "2", "tx", "2")
            for line in monitor.stdout:
                if line.startswith("Current hardware settings:"):
                    break
            first = int(monitor.stdout.readline().split()[1])
            monitor.kill()
        self.inside("ethtool", "-L", "port1", "rx", "1", "tx", "1")
        return first

    def test_a_refused_command_line_changes_no_queues(self):
        drop = ("--prog", "xdp_drop")
        wrong = (("--prog", "no_such_program"), ("--prog", "nowhere.o"), ("--scenario", "nowhere.yaml"), (*drop, "--set", "nothing=1"),
                 (*drop, "--html", "a.html", "--junit", "./a.html"), (*drop, "--html", "/dev/null/a.html"), (*drop, "--only", "nothing"),
                 (*drop, "--", "--unknown"))
        cases = [(options, 2, 2) for options in wrong] + [((*drop, "--", "--gtest_list_tests"), 0, 2), ((*drop, "--only", "replay"), 0, 3)]
        for options, code, first in cases:
            with self.subTest(options=options):
                found = self.first_change_of_queues("--queues", "3", *options, code=code)
                self.assertEqual((found, self.records()), (first, []))

    def test_queues_are_restored_after_a_refusal_in_the_run(self):
        self.compile(REJECTED)
        done = self.over_ports("--prog", "mine.o", "--queues", "3", code=2)
        self.assertIn("verifier", done.stderr)
        self.assertEqual((self.queues(), self.queues("port0"), self.records()), ([1, 1], [1, 1], []))

    def test_several_cpus_send(self):
        cpus = sorted(os.sched_getaffinity(0))[-2:]
        if len(cpus) < 2:
            self.skipTest("takes two CPUs")
        listed = ",".join(map(str, cpus))
        self.over_ports("--prog", "xdp_drop", "--only", "bench,search", "--cpus", listed, "--loss", "1%", "--width", "50%", *QUICK, code=MEASURED)
        result = self.read_json()
        scaling, = result["scalings"]
        self.assertEqual([step["cpus"] for step in scaling["steps"]], [cpus[:1], cpus])
        self.assertEqual([step["queues"] for step in scaling["steps"]], [1, 1])
        search, = result["searches"]
        self.assertEqual((search["generator_cpus"], search["variant"]), (cpus, f"/device:port1/cpus:{listed}"))
        self.over_ports("--prog", "xdp_tx", "--only", "bench", "--rate", "2kpps", "--cpus", listed, *QUICK, code=MEASURED)
        for trial in self.read_json()["rates"][0]["trials"]:
            self.assertEqual(len(trial["sent_by_cpu"]), 2)

    def test_redirects_leave_by_a_third_port(self):
        for more, how in ((("--out-peer", "port3"), "counted at port3"), ((), "counted by its tx counters")):
            with self.subTest(how=how):
                if not more:  # nobody of the tool listens there: a veth takes in redirected frames only with GRO
                    self.inside("ethtool", "-K", "port3", "gro", "on")
                done = self.over_ports("--prog", "xdp_redirect", "--only", "replay,bench", "--out", "port2", *more, *QUICK)
                result = self.read_json()
                replay, = result["replays"]
                self.assertEqual((replay["forwarded"], replay["received"], replay["losses"]), (replay["sent"], 0, {}), done.stdout)
                self.assertTrue(replay["accounted_for"] and replay["judged"])
                self.assertEqual(replay["out"], f"port2, {how}")
                self.assertEqual("only the number of frames that left by port2 was compared" in done.stdout, not more)
                bench = [one for one in result["benches"] if one["mode"] == "native"][0]
                self.assertEqual((bench["outcome"], bench["out"]), ("passed", f"port2, {how}"), bench["message"])
                self.assertEqual((bench["forwarded"], bench["received"]), (bench["actions"]["XDP_REDIRECT"], 0))
                self.assertEqual(bench["losses"].get("lost_after_redirect", 0), 0)

    def test_a_far_end_and_what_comes_back_are_told_apart(self):
        self.write_text("both.yaml", "name: both\nabout: Two ends\nprogram: xdp_redirect\nmaps:\n  ports: [ { key: 0, value: \"interface:out0\" } ]\n"
                                     "replay:\n  topology: chain\n  traffic: icmp_echo_64.pcap\n  expect: { forwarded: icmp_echo_64.pcap, received: icmp_echo_64.pcap }\n")
        scenario = ("--scenario", "both.yaml", "--only", "replay")
        self.assertIn("--out IF", self.over_ports(*scenario, code=4).stdout)
        self.assertIn("received on the tester side", self.over_ports(*scenario, "--out", "port2", "--out-peer", "port3", code=1).stdout)

    def test_another_number_than_expected_fails_where_frames_are_only_counted(self):
        self.inside("ethtool", "-K", "port3", "gro", "on")
        self.write_text("fewer.yaml", "name: fewer\nabout: Fewer frames leave\nprogram: xdp_redirect\nmaps:\n  ports: [ { key: 0, value: \"interface:out0\" } ]\n"
                                      "replay:\n  topology: chain\n  traffic: icmp_echo_64.pcap\n  expect: { forwarded: icmp_lb_mix_passed.pcap }\n")
        done = self.over_ports("--scenario", "fewer.yaml", "--only", "replay", "--out", "port2", code=1)
        self.assertRegex(done.stdout, "left by the port --out, as it counts: expected 512 frames, got 1,000")

    def test_a_port_that_sends_no_redirected_frames_is_told(self):
        """Without a listener or GRO port3 takes in none, and port2 declares it."""
        done = self.over_ports("--prog", "xdp_redirect", "--only", "replay", "--out", "port2", code=4)
        self.assertIn("frames cannot be sent over port2: its driver veth does not send redirected frames", done.stdout)

    def start_sender(self):
        sender = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", self.netns, "/usr/bin/python3", "-c", SENDER],
                                  stdout=subprocess.PIPE, text=True)
        self.addCleanup(sender.stdout.close)
        self.addCleanup(sender.wait)
        self.addCleanup(sender.kill)
        self.assertEqual(sender.stdout.readline(), "sends\n")

    def external(self, *options, code=0):
        return self.inside(TOOL, "--dev", "port1", "--traffic", "external", "--json", "out.json", "--duration", "500ms", *options, code=code)

    def test_traffic_of_others(self):
        self.start_sender()
        done = self.external("--prog", "xdp_pass", "--html", "out.html", "--junit", "out.xml")
        one, = self.read_json()["externals"]
        self.assertEqual((one["outcome"], one["program"], one["traffic"]), ("passed", "xdp_pass", "external"))
        self.assertEqual(one["processed"], one["actions"]["XDP_PASS"])
        self.assertGreater(one["processed"], 0)
        self.assertGreater(one["device_counters"]["rx_packets"], 0)
        self.assertIn("rx_queue_0_xdp_packets", one["queue_counters"])
        self.assertAlmostEqual(one["processed_pps"] * one["seconds"], one["processed"], delta=1)
        self.assertGreater(one["passed"], 0)
        self.assertTrue(one["processed_pps_samples"] and one["cpu_shares"])
        self.assertNotIn("generator_maximum_pps", one)
        self.assertIn("what was sent is not known", done.stdout)
        self.assertEqual(done.stderr.count("send frames to port1 from the other device now: each measurement waits up to 0.5 s"), 1)
        self.inside(TOOL, "report", "out.json", "-o", "again.html")
        for page in ("out.html", "again.html"):
            self.assertIn("External traffic", pathlib.Path(self.folder, page).read_text(encoding="utf-8"))
        self.assertIn("external.xdp_pass", pathlib.Path(self.folder, "out.xml").read_text(encoding="utf-8"))

    def test_no_traffic_of_others_is_an_error(self):
        done = self.external("--prog", "xdp_drop", code=2)
        self.assertIn("no frame arrived at port1 within 0.5 s", done.stdout)
        self.assertEqual(self.read_json()["externals"][0]["outcome"], "error")

    def test_the_command_line(self):
        def said(*options, code=2):
            return self.over_ports("--prog", "xdp_drop", *options, code=code).stderr

        self.assertIn("port1 has at most 4 queues", said("--queues", "5"))
        self.assertIn("--queues 0 is not a number of queues", said("--queues", "0"))
        self.assertIn("--queues names 2 twice", said("--queues", "2,2"))
        self.assertIn("compares benches", said("--queues", "1,2", "--only", "replay"))
        self.inside("ip", "tuntap", "add", "tap0", "mode", "tap")
        self.inside("ip", "link", "add", "bridge0", "type", "bridge")
        for port, text, code in (("tap0", "tap0 has at most 1 queue", 2), ("bridge0", "reports no channels", 4)):
            refused = self.inside(TOOL, "--prog", "xdp_drop", "--dev", port, "--peer", "port0", "--queues", "2", code=code)
            self.assertIn(text, refused.stderr)
        self.assertIn("--out port1 is the port port1 of --dev, --peer or --out already", said("--out", "port1"))
        self.assertIn("--out port0 is the port port0", said("--out", "port0"))
        self.assertIn("--out-peer port2 is the port port2", said("--out", "port2", "--out-peer", "port2"))
        self.assertIn("--out-peer without --out", said("--out-peer", "port3"))
        self.assertIn("there is no interface nowhere", said("--out", "nowhere"))
        self.assertIn("--peer does not go with --traffic external", said("--traffic", "external"))
        self.assertIn("--traffic pcap is not known", said("--traffic", "pcap"))
        for words, why in (("--cpus 0", "no CPU of this machine"), ("--size 64", "choose the size"), ("--flows 8", "choose the flows")):
            refused = self.external("--prog", "xdp_drop", *words.split(), code=2).stderr
            self.assertIn(f"{words.split()[0]} does not go with --traffic external: others send", refused)
            self.assertIn(why, refused)
        alone = self.tool("--prog", "xdp_drop", "--traffic", "external", code=2).stderr
        self.assertIn("--traffic external without --dev", alone)
        for option in ("--out", "--queues"):
            self.assertIn("--dev", self.tool("--prog", "xdp_drop", option, "1", code=2).stderr)


if __name__ == "__main__":
    main()
