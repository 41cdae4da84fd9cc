"""Replay and bench over interfaces that are there already: a veth pair that the test made, in a namespace of its own."""

import os
import struct
import subprocess

from harness import MEASURED, TOOL, VethCase, comes_true, fixture, links, main, reference, wait_for_cables


class RealInterfaces(VethCase):
    def setUp(self):
        super().setUp()
        self.gro("off")
        self.state = self.links()

    def tearDown(self):
        try:
            if self.state:
                self.assertEqual(self.links(), self.state, "the interfaces are as they were")
        finally:
            super().tearDown()

    def gro(self, state):
        self.inside("ethtool", "-K", "port1", "gro", state)

    def links(self):
        """All that can be seen of the interfaces: flags, MTU, what is attached, queueing disciplines."""
        features = [self.inside("ethtool", "-k", name).stdout for name in ("port0", "port1")]
        return links(self.netns), features, self.inside("tc", "qdisc").stdout

    def replay(self, *options, code=0):
        return self.inside(TOOL, "--only", "replay", "--dev", "port1", "--peer", "port0", "--json", "out.json", *options, code=code)

    def result(self):
        return self.read_json()

    def refused(self, *texts, options=("--prog", "xdp_drop")):
        done = self.replay(*options, code=2)
        for text in texts:
            self.assertIn(text, done.stderr)

    def noise(self):
        """Somebody else who sends over port0, until the test is over."""
        script = ("import socket\ns = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\ns.bind(('port0', 0))\n"
                  "s.send(b'\\xff' * 60)\nprint('sends', flush=True)\n"
                  "while True:\n  try: s.send(b'\\xff' * 60)\n  except OSError: pass")
        noise = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "ip", "netns", "exec", self.netns, "/usr/bin/python3", "-c", script],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(noise.stdout.close)
        self.addCleanup(noise.wait)
        self.addCleanup(noise.kill)
        self.assertEqual(noise.stdout.readline(), "sends\n")
        return noise

    def test_a_port_without_carrier_is_named(self):
        self.inside("ip", "link", "add", "port2", "type", "veth", "peer", "name", "port3")
        self.inside("ip", "link", "set", "port2", "up")
        commands = (["run", "--prog", "xdp_drop", "--only", "replay", "--dev", "port2", "--peer", "port0"],
                    ["run", "--prog", "xdp_drop", "--only", "replay", "--dev", "port1", "--peer", "port0", "--out", "port2"],
                    ["qualify", "--dev", "port2", "--peer", "port0"], ["qualify", "--dev", "port2"])
        # Each waits for 15 s: side by side.
        waiting = [subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                    text=True, cwd=self.folder) for command in commands]
        for process in waiting:
            self.addCleanup(process.stderr.close)
            self.addCleanup(process.wait)
            self.addCleanup(process.kill)
        for command, process in zip(commands, waiting):
            told = process.communicate(timeout=120)[1]
            self.assertEqual(process.returncode, 2, told)
            option = "--out" if "--out" in command else "--dev"
            self.assertIn(f"port2 ({option}) has had no carrier for 15 s", told)
            for text in ("cable", "ip link set port2 up", "link partner"):
                self.assertIn(text, told)
        self.inside("ip", "link", "set", "port2", "down")
        told = self.inside(TOOL, "qualify", "--dev", "port2", code=2).stderr
        self.assertIn("port2 (--dev) is down", told)
        self.inside("ip", "link", "delete", "port2")

    def test_native_replay(self):
        done = self.replay("--prog", "icmp_lb,xdp_drop,xdp_tx,xdp_pass")
        replays = self.result()["replays"]
        self.assertEqual([(replay["network"], replay["device"], replay["peer"]) for replay in replays], [("ports", "port1", "port0")] * 4)
        self.assertTrue(all(replay["accounted_for"] and replay["judged"] for replay in replays), done.stdout)
        self.assertIn("over device port1, peer port0", done.stdout)

    def test_generic_replay(self):
        self.gro("on")
        self.state = self.links()
        self.replay("--prog", "icmp_lb", "--mode", "generic")
        replay = self.result()["replays"][0]
        self.assertGreater(replay["received"], 0)
        self.assertGreater(replay["passed"], 0)

    def test_a_wrong_program_fails(self):
        self.write_text("wrong.yaml", "name: wrong\nabout: The program does otherwise\nprogram: xdp_drop\nreplay:\n  topology: pair\n"
                                      "  traffic: icmp_echo_64.pcap\n  expect: { XDP_PASS: 1000 }\n")
        done = self.replay("--scenario", "wrong.yaml", code=1)
        self.assertIn("XDP_PASS: expected 1,000 frames, got 0", done.stdout)

    def test_other_frames_on_the_cable_make_it_invalid(self):
        """What is not the tool's is told from a wrong program."""
        self.noise()
        # So many frames that the noise gets a turn meanwhile, however busy the machine is.
        record = struct.pack("<IIII", 0, 0, 60, 60) + bytes(60)
        with open(os.path.join(self.folder, "long.pcap"), "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1) + record * 1_000_000)
        done = self.replay("--prog", "xdp_drop", "--pcap", "long.pcap", code=3)
        self.assertIn("something else sends", done.stdout)

    def test_interfaces_in_use_are_not_touched(self):
        self.inside("ip", "address", "add", "198.18.0.1/24", "dev", "port1")
        self.state = None
        self.refused("port1 is in use", "address 198.18.0.1", "routes", "--take-over")
        self.replay("--prog", "xdp_drop", "--take-over")
        self.inside("ip", "address", "flush", "dev", "port1")
        self.inside("ip", "link", "add", "bridge", "type", "bridge")
        self.inside("ip", "link", "set", "port0", "master", "bridge")
        self.refused("port0 is in use", "a bridge, bond or team above it")

    def test_what_is_not_ready_is_said_with_the_command(self):
        self.state = None
        self.gro("on")
        self.refused("port1 joins frames", "ethtool -K port1 gro off")
        self.gro("off")
        self.refused("receive offload", "ethtool -K port1 gro on", options=("--prog", "xdp_drop", "--mode", "generic"))
        self.inside("ip", "link", "set", "port0", "down")
        self.refused("port0 (--peer) is down", "ip link set port0 up")
        self.inside("ip", "link", "set", "port1", "down")
        self.refused("port1 (--dev) is down", "ip link set port1 up")

    def test_xdp_in_use_is_not_touched(self):
        program = reference("xdp_pass")
        self.inside("ip", "link", "set", "port0", "xdpgeneric", "obj", program, "sec", "xdp")
        self.state = self.links()
        self.assertIn("XDP is in use on port0", self.replay("--prog", "xdp_drop", code=4).stderr)

    def test_nothing_is_left_of_one_that_was_killed(self):
        """The programs, and the promiscuous mode, go with the process."""
        for _ in range(50):
            killed = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "--only", "replay", "--prog", "all", "--dev", "port1",
                                       "--peer", "port0"], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while killed.poll() is None and self.links() == self.state:
                pass
            seen = killed.poll() is None
            killed.kill()
            killed.wait()
            if seen:
                break
        else:
            self.fail("never seen at work")
        self.assertTrue(comes_true(lambda: self.links() == self.state))

    def test_a_program_that_counts_nothing_is_skipped(self):
        plain = fixture("plain")
        self.assertIn("cannot be counted", self.replay("--prog", plain, code=4).stdout)

    def test_redirects_are_replayed_out_of_the_device_itself(self):
        self.replay("--prog", "xdp_redirect")
        replay = self.result()["replays"][0]
        self.assertEqual((replay["actions"]["XDP_REDIRECT"], replay["received"], replay["passed"]), (replay["sent"], replay["sent"], 0))

    def test_two_ends_that_are_one_here(self):
        """What comes back and what arrives at the far end cannot be told apart."""
        self.write_text("both.yaml", "name: both\nabout: Two ends\nprogram: xdp_redirect\nmaps:\n  ports: [ { key: 0, value: \"interface:out0\" } ]\n"
                                     "replay:\n  topology: chain\n  traffic: icmp_echo_64.pcap\n  expect: { forwarded: icmp_echo_64.pcap, received: icmp_echo_64.pcap }\n")
        self.assertIn("both come back", self.replay("--scenario", "both.yaml", code=4).stdout)

    def test_no_network_is_made_among_real_ports(self):
        self.assertIn("that of real ports is not changed", self.replay("--prog", "fib_forward", code=4).stdout)

    def test_what_is_redirected_wrong_fails(self):
        self.write_text("wrong.yaml", "name: wrong\nabout: Other frames\nprogram: xdp_redirect\nmaps:\n  ports: [ { key: 0, value: \"interface:out0\" } ]\n"
                                      "replay:\n  topology: chain\n  traffic: icmp_echo_64.pcap\n  expect: { forwarded: udp_64.pcap }\n")
        self.assertIn("redirected back #0", self.replay("--scenario", "wrong.yaml", code=1).stdout)

    def bench(self, *options, peer="port0", code=0):
        return self.inside(TOOL, "--only", "bench", "--duration", "10ms", "--rounds", "2", "--dev", "port1", "--peer", peer,
                           "--json", "out.json", *options, code=code)

    def benches(self):
        """Those over the interfaces."""
        return [bench for bench in self.result()["benches"] if bench["mode"] != "test_run"]

    def require_accounting(self, bench):
        """What was offered was handled or is lost under a name, and what left arrived or is."""
        offered = sum(one["offered"] for one in bench["rounds"])
        handled = sum(bench["actions"].values())
        lost = bench["losses"]
        self.assertGreater(handled, 0)
        self.assertEqual(offered, handled + lost.get("lost_before_program", 0), bench)
        if bench["actions"]["XDP_REDIRECT"] == 0:
            self.assertEqual(bench["actions"]["XDP_TX"], bench["received"] + lost.get("lost_after_tx", 0), bench)
            self.assertEqual(bench["actions"]["XDP_PASS"], bench["passed"] + lost.get("lost_after_pass", 0), bench)
        left = sum(bench["actions"][action] for action in ("XDP_TX", "XDP_PASS", "XDP_REDIRECT"))
        ways = sum(lost.get(f"lost_after_{way}", 0) for way in ("tx", "pass", "redirect"))
        self.assertEqual(left, bench["received"] + bench["passed"] + ways, bench)

    def test_native_bench(self):
        done = self.bench("--prog", "xdp_drop,xdp_pass,xdp_tx,icmp_lb")
        self.assertIn("program on the CPU of the interrupt", done.stdout)
        benches = self.benches()
        self.assertEqual([(bench["program"], bench["action"]) for bench in benches],
                         [("xdp_drop", "XDP_DROP"), ("xdp_pass", "XDP_PASS"), ("xdp_tx", "XDP_TX"), ("icmp_lb", "XDP_TX")])
        for bench in benches:
            self.assertEqual((bench["outcome"], bench["placement"], bench["cpu"], bench["variant"]), ("passed", "device", None, "/device:port1"))
            self.assertIn("xdp_counters", bench["counted_by"])
            self.assertIn(bench["bound"], ("generator", "program", "path"))
            self.assertTrue(all(one["baseline_packets"] > 0 and one["processed"] > 0 for one in bench["rounds"]))
            self.require_accounting(bench)
        environment = self.result()["environment"]
        for end, name in (("device", "port1"), ("peer", "port0")):
            self.assertEqual((environment[end], environment[f"{end}_driver"]), (name, "veth"))
            self.assertIn("rx allocated", environment[f"{end}_queues"])
            self.assertTrue(environment[f"{end}_firmware"])
        names = {entry["run_name"] for entry in self.result()["benchmarks"]}
        self.assertIn("icmp_lb/native/device:port1/manual_time", names)

    def test_generic_bench_in_two_sizes(self):
        self.gro("on")
        self.state = self.links()
        self.bench("--prog", "xdp_tx", "--mode", "generic", "--size", "64,512")
        self.assertEqual([(bench["mode"], bench["size"], bench["outcome"]) for bench in self.benches()],
                         [("generic", "64", "passed"), ("generic", "512", "passed")])
        for bench in self.benches():
            self.require_accounting(bench)

    def test_programs_as_they_are_built_for_devices(self):
        """All of the way of an offloaded program but the device: its counters are one entry, and the driver executes it."""
        for name, action in (("xdp_drop", "XDP_DROP"), ("xdp_tx", "XDP_TX"), ("xdp_pass", "XDP_PASS")):
            program = reference("offload/" + name)
            self.inside(TOOL, "--only", "replay,bench", "--duration", "10ms", "--rounds", "2", "--dev", "port1", "--peer", "port0",
                        "--prog", program, "--json", "out.json")
            replay = self.result()["replays"][0]
            self.assertTrue(replay["accounted_for"])
            self.assertEqual((replay["actions"][action], replay["cpus"]), (replay["sent"], []))
            bench = self.benches()[0]
            self.assertEqual((bench["outcome"], bench["action"], bench["cpus"]), ("passed", action, []), bench)
            self.require_accounting(bench)

    def bridge(self):
        """port0 and port1 joined by a bridge instead of directly; its ports are called near and far."""
        self.inside("ip", "link", "delete", "port0")
        self.inside("ip", "link", "add", "cable", "type", "bridge", "mcast_snooping", "0")
        for port, inner in (("port0", "near"), ("port1", "far")):
            self.inside("ip", "link", "add", port, "type", "veth", "peer", "name", inner)
            self.inside("ip", "link", "set", inner, "master", "cable")
            self.inside("ethtool", "-K", inner, "gro", "on")
            for name in (port, inner):
                self.inside("ip", "link", "set", name, "up")
        self.inside("ip", "link", "set", "cable", "up")
        self.gro("off")
        wait_for_cables(self.netns, "port0", "port1", "near", "far")
        self.assertTrue(comes_true(lambda: [link["linkinfo"]["info_slave_data"]["state"] for link in links(self.netns)
                                            if link["ifname"] in ("near", "far")] == ["forwarding"] * 2))

    def test_frames_that_the_path_loses_are_a_figure_with_a_name(self):
        """Of every twelve frames the one of 1,518 bytes does not get into the bridge; others of its bundle are lost with it."""
        self.bridge()
        self.inside("ip", "link", "set", "near", "mtu", "1000")
        self.state = None  # a bridge's timers run
        self.bench("--prog", "xdp_drop", "--size", "imix", code=MEASURED)
        bench = self.benches()[0]
        self.assertEqual(bench["bound"], "path", bench)
        if bench["outcome"] != "passed":  # beside other tests the bridge does not lose as many all the time
            self.assertIn("what ports and cable do with the frames changed meanwhile", bench["message"])
        self.require_accounting(bench)
        offered = sum(one["offered"] for one in bench["rounds"])
        self.assertGreaterEqual(bench["losses"]["lost_before_program"], offered // 12)
        self.assertIn("most of them as lost_before_program; with the empty program in its place", bench["evidence"])

    def require_redirects(self, mode, *options):
        """Out of the device itself, and over to CPU 0."""
        self.bench("--prog", "xdp_redirect,xdp_redirect_cpu", "--mode", mode, *options)
        benches = self.benches()
        for bench in benches:
            self.assertEqual((bench["outcome"], bench["action"], bench["losses"]), ("passed", "XDP_REDIRECT", {}), bench)
            self.assertIn("xdp_counters", bench["counted_by"])
            self.assertTrue(all(one["baseline_packets"] > 0 and one["processed"] > 0 for one in bench["rounds"]))
            self.require_accounting(bench)
            arrived, other, cpus = ("received", "passed", []) if bench["program"] == "xdp_redirect" else ("passed", "received", [0])
            self.assertEqual((bench[arrived], bench[other]), (bench["actions"]["XDP_REDIRECT"], 0), bench)
            self.assertEqual(bench["baseline_cpus"], cpus)
        return [(bench["program"], bench["size"]) for bench in benches]

    def test_native_bench_of_redirects_in_two_sizes(self):
        self.assertEqual(self.require_redirects("native", "--size", "64,imix"),
                         [(program, size) for program in ("xdp_redirect", "xdp_redirect_cpu") for size in ("64", "imix")])

    def test_generic_bench_of_redirects(self):
        self.gro("on")
        self.state = self.links()
        self.require_redirects("generic")

    def require_loads_of_redirects(self, mode):
        result = self.loads("--prog", "xdp_redirect,xdp_redirect_cpu", "--mode", mode)
        for kind in ("rates", "searches", "latencies"):
            self.assertEqual([load["program"] for load in result[kind]], ["xdp_redirect", "xdp_redirect_cpu"])
            for load in result[kind]:
                self.assertEqual(load["action"], "XDP_REDIRECT")
                for trial in load["trials"]:
                    lost = trial["losses"]
                    self.assertEqual(trial["sent"], trial["processed"] + lost.get("lost_before_program", 0))
                    self.assertEqual(trial["processed"], trial["forwarded"] + lost.get("lost_after_redirect", 0))
        for load, place in zip(result["latencies"], ("tester", "stack")):
            self.assertEqual({(one["through"], one["place"]) for one in load["series"]}, {("program", place), ("baseline", place)})

    def test_rates_search_and_latency_of_redirects_in_native_mode(self):
        self.require_loads_of_redirects("native")

    def test_rates_search_and_latency_of_redirects_in_generic_mode(self):
        self.gro("on")
        self.state = self.links()
        self.require_loads_of_redirects("generic")

    def test_what_finds_the_queue_of_a_cpumap_full_is_lost_after_the_redirect(self):
        self.inside(TOOL, "--prog", "xdp_redirect_cpu", "--set", "cpus[0]={qsize: 1}", "--only", "bench", "--rate", "100kpps", "--duration", "50ms",
                    "--rounds", "1", "--dev", "port1", "--peer", "port0", "--json", "out.json", code=MEASURED)
        load = self.result()["rates"][0]
        self.check_reached(load)
        for trial in load["trials"]:
            self.assertGreater(trial["losses"]["lost_after_redirect"], 0)  # frames come in bundles
            self.assertEqual(trial["processed"], trial["forwarded"] + trial["losses"]["lost_after_redirect"])
            self.assertEqual(trial["sent"], trial["processed"] + trial["losses"].get("lost_before_program", 0))

    def one_way(self, *targets):
        """A path that takes frames for these MAC addresses to the device, and only those for all back; a capture of them in turn."""
        self.bridge()
        self.inside("bridge", "link", "set", "dev", "near", "flood", "off")
        self.state = None  # a bridge's timers run
        frames = [bytes.fromhex(target) + bytes.fromhex("020000000001" + "88b5") + bytes(46) for target in targets]
        with open(os.path.join(self.folder, "one_way.pcap"), "wb") as file:
            file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 1))
            file.write(b"".join(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame for frame in frames))

    def test_frames_lost_after_the_redirect_are_a_figure_with_a_name(self):
        self.one_way("020000000002", "ffffffffffff")
        self.bench("--prog", "xdp_redirect", "--pcap", "one_way.pcap")
        bench = self.benches()[0]
        self.assertEqual((bench["outcome"], bench["bound"]), ("passed", "path"), bench)
        self.require_accounting(bench)
        self.assertEqual(bench["losses"], {"lost_after_redirect": bench["received"]})
        # A window of an odd number of frames has one more of one of the two.
        self.assertRegex(bench["evidence"], r"most of them as lost_after_redirect; with the empty program in its place (49\.9|50\.0)\d %")

    def test_redirects_that_all_come_to_nothing_are_no_figure(self):
        self.one_way("020000000002")
        done = self.bench("--prog", "xdp_redirect", "--pcap", "one_way.pcap", code=3)
        self.assertIn("that the program redirected arrived", done.stdout)
        self.assertIn("the driver veth does not send redirected frames", done.stdout)

    def loads(self, *options):
        """The result of a rate, a search and latencies."""
        self.inside(TOOL, "--only", "bench,search,latency", "--rate", "2kpps", "--duration", "100ms", "--rounds", "2", "--width", "30%",
                    "--dev", "port1", "--peer", "port0", "--json", "out.json", *options, code=MEASURED)
        result = self.result()
        for load in result["rates"] + result["latencies"]:
            self.check_reached(load)
            self.assertTrue(load["trials"])
        self.assertEqual({search["outcome"] for search in result["searches"]}, {"passed"})
        return result

    def test_rates_search_and_latency(self):
        result = self.loads("--prog", "xdp_tx")
        for kind in ("rates", "searches", "latencies"):
            for load in result[kind]:
                self.assertEqual((load["variant"], load["placement"]), ("/device:port1", "device"), load)
                for trial in load["trials"]:
                    self.assertEqual(trial["sent"], trial["processed"] + trial["losses"].get("lost_before_program", 0))
        self.assertIn("over two ports", result["searches"][0]["note"])
        for goal in result["searches"][0]["goals"]:
            self.assertIn(goal["bound"], ("generator", "program", "path", "none"))
        series = {(one["through"], one["place"]): one for one in result["latencies"][0]["series"]}
        self.assertEqual(set(series), {("program", "tester"), ("baseline", "tester")})
        for one in series.values():
            self.assertEqual(one["arrived"], one["samples"])

    def test_a_search_over_a_path_that_loses_frames_blames_the_path(self):
        self.bridge()
        self.inside("ip", "link", "set", "near", "mtu", "1000")
        self.state = None  # a bridge's timers run
        self.inside(TOOL, "--prog", "xdp_drop", "--only", "search", "--size", "imix", "--loss", "0", "--width", "30%", "--duration", "50ms",
                    "--rounds", "1", "--dev", "port1", "--peer", "port0", "--json", "out.json")
        goal = self.result()["searches"][0]["goals"][0]
        self.assertIn(goal["bound"], ("path", "none"), goal)

    def test_ports_that_are_not_joined(self):
        self.inside("ip", "link", "add", "port2", "type", "veth", "peer", "name", "port3")
        for name in ("port2", "port3"):
            self.inside("ip", "link", "set", name, "up")
        self.inside("ethtool", "-K", "port3", "gro", "on")  # else port2 sends no redirected frames
        self.state = None
        done = self.bench("--prog", "xdp_drop", peer="port2", code=3)
        self.assertIn("reached the program", done.stdout)
        self.assertIn("port1 and port2 are not joined by a cable", done.stdout)

    def test_a_bench_among_frames_of_others_is_invalid(self):
        noise = self.noise()
        done = self.bench("--prog", "xdp_drop", code=3)
        self.assertIsNone(noise.poll())
        self.assertIn("something else sends", done.stdout)
        self.assertEqual([bench["outcome"] for bench in self.benches()], ["invalid"])

    def test_what_is_not_timed_is_skipped_with_the_reason(self):
        self.one_way("020000000002")
        redirect = fixture("redirect")
        done = self.bench("--prog", redirect, "--pcap", "one_way.pcap", "--set", "ports[2]=interface:dut0", "--set", "cpus[0]=512", code=4)
        self.assertEqual([bench["outcome"] for bench in self.benches()], ["skipped"])
        self.assertIn("there is no baseline for this redirect", done.stdout)
        self.assertIn("both maps ports and cpus hold targets", done.stdout)
        plain = fixture("plain")
        self.assertIn("cannot be counted", self.bench("--prog", plain).stdout)

    def test_results_are_not_compared_with_those_of_a_veth(self):
        self.bench("--prog", "xdp_drop")
        self.inside(TOOL, "--only", "bench", "--prog", "xdp_drop", "--duration", "10ms", "--rounds", "2", "--json", "veth.json")
        done = self.inside(TOOL, "compare", "veth.json", "out.json", code=3)
        self.assertIn("device: not said / port1", done.stdout)
        self.assertIn("peer_driver: not said / veth", done.stdout)

    def test_the_command_line(self):
        def said(*options):
            return self.inside(TOOL, "--prog", "xdp_drop", *options, code=2).stderr
        self.assertIn("--dev without --peer", said("--dev", "port1"))
        self.assertIn("are both", said("--dev", "port1", "--peer", "port1"))
        self.assertIn("nothing is left on real interfaces", said("--dev", "port1", "--peer", "port0", "--keep"))
        self.assertIn("--placement does not go with --dev", said("--dev", "port1", "--peer", "port0", "--placement", "separate"))
        self.assertIn("there is no interface nowhere", said("--dev", "port1", "--peer", "nowhere"))


if __name__ == "__main__":
    main()
