"""xdp-bench attach and xdp-bench map, live: real pings and real captures between two namespaces."""

import json
import os
import queue
import re
import signal
import subprocess
import threading
import time

from harness import Case, PATIENCE, TOOL, bpf_objects, comes_true, fixture, links, main, wait_for_cables

CLIENT = "xdpbench-e2e-client"
DUT = "xdpbench-e2e-dut"
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


class Counters(AttachCase):
    def test_frames_are_counted_by_action_and_cpu_over_measured_time(self):
        live = self.start("--prog", "xdp_pass", "--interval", "500ms")
        self.assert_answered(5)
        live.wait_for(r"\d\d:\d\d:\d\d  \d+\.\d{3} s")
        live.wait_for(r"XDP_PASS +[1-9]")
        live.wait_for(r"CPU \d+ +[\d.]+ XDP_PASS a second")
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0, output)
        self.assertIn("xdp_pass, id ", output)
        self.assertIn("native mode", output)
        self.assertIn("detached (interrupted)", output)
        self.assert_detached()

    def test_json_is_one_object_a_line(self):
        live = self.start("--prog", "xdp_pass", "--interval", "200ms", "--json")
        self.assert_answered(5)
        live.wait_for('"sample".*"XDP_PASS":{"packets":{"total":[1-9]')
        code, output = live.end(signal.SIGTERM)
        self.assertEqual(code, 0, output)
        documents = [json.loads(line) for line in output.splitlines()]
        self.assertEqual(documents[0]["kind"], "attached")
        self.assertEqual(documents[-1]["kind"], "detached")
        samples = [document for document in documents if document["kind"] == "sample"]
        total = 0
        for sample in samples:
            packets = sample["actions"]["XDP_PASS"]["packets"]
            total += packets["added"]
            self.assertEqual(packets["total"], total)
            self.assertAlmostEqual(packets["per_second"] * sample["seconds"], packets["added"], places=3)
            self.assertEqual(sum(cpu["actions"]["XDP_PASS"]["packets"]["added"] for cpu in sample["cpus"]), packets["added"])

    def test_a_program_without_counters_is_counted_by_the_driver(self):
        live = self.start("--prog", fixture("plain"), "--interval", "200ms")
        live.wait_for("xdp-bench|rx_queue_xdp_drops +0|no frames|s$")
        self.assert_silent()
        live.wait_for("rx_queue_xdp_drops +[1-9]")
        self.assertIn("the program has no map xdp_counters", live.end(signal.SIGINT)[1])

    def test_a_program_without_counters_in_generic_mode_is_not_guessed(self):
        live = self.start("--prog", fixture("plain"), "--mode", "generic", "--interval", "200ms")
        self.assert_silent()
        live.wait_for(r"\d{3} s")
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0)
        self.assertIn("what it does by action is not known", output)
        self.assertNotIn("XDP_DROP", output)

    def test_ends_after_the_duration(self):
        code, output = self.start("--prog", "xdp_drop", "--duration", "600ms").end()
        self.assertEqual(code, 0)
        self.assertIn("detached (--duration is over)", output)


def send_udp(port, count=1):
    """UDP from this port of the client to port 9 of the DUT; count 0: until killed."""
    script = (
        "import itertools, socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"s.bind(('{CLIENT_IP}', {port}))\n"
        f"for _ in range({count}) if {count} else itertools.count():\n"
        f"    s.sendto(b'x' * 18, ('{DUT_IP}', 9))\n"
    )
    command = ["ip", "netns", "exec", CLIENT, "/usr/bin/python3", "-c", script]
    return sh(*command) if count else subprocess.Popen(command)


class Events(AttachCase):
    def documents(self, output, kind):
        documents = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        return [document for document in documents if document["kind"] == kind]

    def test_records_are_printed_as_they_come(self):
        live = self.start("--prog", "extract_metadata", "--interval", "500ms")
        send_udp(5353)
        live.wait_for(rf"^Packet: {CLIENT_IP}:5353 -> {DUT_IP}:9, protocol: UDP$")
        self.assert_answered()
        live.wait_for(rf"^Packet: {CLIENT_IP}:0 -> {DUT_IP}:0, protocol: ICMP$")
        live.wait_for(r"^  events +[1-9]\d* .*, lost 0$")
        self.assertEqual(live.end(signal.SIGINT)[0], 0)

    def test_json_has_one_line_a_record_in_order(self):
        live = self.start("--prog", "detect_ping", "--json")
        self.assert_answered(5)
        live.wait_for('"event".*"number":4,')
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0, output)
        events = self.documents(output, "event")
        self.assertEqual([event["number"] for event in events], list(range(5)))
        for event in events:
            self.assertEqual((event["map"], event["record"]), ("events", {"source": CLIENT_IP, "destination": DUT_IP}))
        counts = self.documents(output, "sample")[-1]["events"]
        self.assertEqual([(one["map"], one["received"]["total"], one["lost"]["total"], one["not_shown"]) for one in counts], [("events", 5, 0, 0)])

    def test_perf_buffers_and_records_without_a_wake_up(self):
        events = fixture("events")
        live = self.start("--prog", events + ":perfs", "--json")
        self.assert_answered()
        event = json.loads(live.wait_for('.*"alike".*').group())
        self.assertEqual((event["number"], event["record"]["number"], len(event["record"]["source"])), (0, 0, 17))
        self.assertGreaterEqual(event["cpu"], 0)
        live.end(signal.SIGINT)
        live = self.start("--prog", events + ":rings")
        self.assert_answered()
        live.wait_for("^unheard: hex:01$")
        self.assertIn("losses unknown: the program has no global unheard_lost", live.end(signal.SIGINT)[1])

    def test_what_found_the_buffer_full_is_counted(self):
        live = self.start("--prog", "detect_ping", "--json", "--interval", "60m")
        live.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, live.process.pid, os.WSTOPPED)
        sent = 6000  # the buffer holds 4,095
        inside(CLIENT, "ping", "-q", "-f", "-c", str(sent), DUT_IP)
        live.process.send_signal(signal.SIGCONT)
        live.wait_for('"event"')
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0, output[-2000:])
        counts = self.documents(output, "sample")[-1]["events"][0]
        self.assertGreater(counts["lost"]["total"], 0)
        self.assertEqual(counts["received"]["total"] + counts["lost"]["total"], sent)
        self.assertEqual(len(self.documents(output, "event")), counts["received"]["total"])

    def test_samples_commands_and_signals_get_their_turn_while_events_pour_in(self):
        live = self.start("--prog", "extract_metadata", "--json", "--interval", "200ms")
        flood = send_udp(5353, count=0)
        try:
            live.wait_for('"event"')
            for _ in range(3):
                live.wait_for('"sample"')
            live.say("show xdp_counters[2]")
            live.wait_for("^xdp_counters")
            code, output = live.end(signal.SIGINT)
        finally:
            flood.kill()
            flood.wait()
        self.assertEqual(code, 0, output[-2000:])
        last = self.documents(output, "sample")[-1]
        counts = last["events"][0]
        self.assertEqual(self.documents(output, "detached")[0]["reason"], "interrupted")
        self.assertEqual(counts["received"]["total"] + counts["lost"]["total"], last["actions"]["XDP_PASS"]["packets"]["total"])
        self.assertEqual(len(self.documents(output, "event")) + counts["not_shown"], counts["received"]["total"])

    def test_a_replacement_reads_the_rest_of_the_one_before(self):
        live = self.start("--prog", "extract_metadata", "--interval", "60m")
        self.assert_answered()
        live.wait_for("^Packet: ")
        live.say("replace detect_ping")
        live.wait_for(r"new maps, empty: .*events")
        self.assert_answered()
        live.wait_for(rf"^events: source={CLIENT_IP} destination={DUT_IP}$")
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0, output)
        self.assertRegex(output, r"\n  events +2 .*, lost 0\n")


class Mode(AttachCase):
    def test_the_mode_in_force_is_what_ip_says(self):
        for mode, number in (("native", 1), ("generic", 2)):
            live = self.start("--prog", "xdp_pass", "--mode", mode, "--json")
            found = attached()
            self.assertEqual(found["mode"], number)
            code, output = live.end(signal.SIGTERM)
            document = json.loads(output.splitlines()[0])
            self.assertEqual((document["id"], document["tag"]), (found["prog"]["id"], found["prog"]["tag"]))
            self.assertEqual(document["jited_bytes"] > 0, bool(found["prog"].get("jited")))

    def test_native_without_the_driver_is_refused_and_generic_works(self):
        # The loopback interface of the test's own namespace: every kernel has one, without native XDP.
        error = self.refused("--prog", "xdp_pass", "--dev", "lo", code=4)
        self.assertIn("--mode generic works", error)
        inside(DUT, TOOL, "attach", "--prog", "xdp_pass", "--dev", "lo", "--mode", "generic", "--duration", "100ms")


class Ends(AttachCase):
    def test_killed_nothing_is_left(self):
        live = self.start("--prog", "xdp_drop")
        self.assert_silent()
        live.end(signal.SIGKILL)
        self.assert_detached()
        self.assert_answered()

    def test_quit(self):
        live = self.start("--prog", "xdp_drop")
        live.say("quit")
        code, output = live.end()
        self.assertEqual(code, 0)
        self.assertIn("detached (quit)", output)

    def test_standard_input_at_its_end(self):
        live = self.start("--prog", "xdp_pass", "--interval", "200ms", stdin=subprocess.DEVNULL)
        for _ in range(3):
            live.wait_for(r"\d{3} s")
        self.assertEqual(live.end(signal.SIGINT)[0], 0)

    def test_commands_of_a_closed_input_are_carried_out(self):
        live = self.start("--prog", "xdp_pass")
        live.process.stdin.write("list\nquit")  # without the end of the last line
        live.process.stdin.close()
        code, output = live.end()
        self.assertEqual(code, 0)
        self.assertIn("xdp_counters", output)

    def test_nobody_reads_the_output(self):
        reader, writer = os.pipe()
        live = Live(self, "--prog", "xdp_drop", "--interval", "60m", stdout=writer)
        os.close(writer)
        self.assertIn("xdp_drop, id", os.read(reader, 4096).decode())
        os.close(reader)
        self.assertEqual(live.end()[0], 0)
        self.assert_detached()

    def test_the_interface_is_removed(self):
        live = self.start("--prog", "xdp_drop", "--interval", "60m")
        inside(DUT, "ip", "link", "del", "veth0")
        code, output = live.end()
        self.assertEqual(code, 2)
        self.assertIn("interface veth0 was removed", output)

    def test_somebody_detaches_it(self):
        live = self.start("--prog", "xdp_drop", "--json", "--interval", "60m")
        ours = [link["id"] for link in bpf_objects("link") if link["type"] == "xdp" and link["prog_id"] == attached()["prog"]["id"]]
        sh("bpftool", "link", "detach", "id", str(ours[0]))
        code, output = live.end()
        self.assertEqual(code, 2)
        self.assertIn("detached from veth0 by another process", output)


class Occupied(AttachCase):
    def test_a_program_of_somebody_else_stays_unless_told(self):
        plain = fixture("plain")
        inside(DUT, "ip", "link", "set", "dev", "veth0", "xdpdrv", "obj", plain, "sec", "xdp")
        before = attached()["prog"]
        for mode in ("native", "generic"):
            error = self.refused("--prog", "xdp_pass", "--dev", "veth0", "--mode", mode)
            self.assertIn(f"id {before['id']}, plain, tag {before['tag']}", error)
            self.assertIn("native mode", error)
            self.assertIn("attached by netlink", error)
            self.assertIn("--replace", error)
        self.assertEqual(attached()["prog"]["id"], before["id"])
        live = self.start("--prog", "xdp_pass", "--replace")
        self.assert_answered()
        live.end(signal.SIGINT)
        self.assert_detached()

    def test_a_link_of_another_process_is_named_with_it(self):
        live = self.start("--prog", "xdp_pass")
        error = self.refused("--prog", "xdp_drop", "--dev", "veth0")
        self.assertIn("xdp_pass", error)
        self.assertRegex(error, r"through link \d+")
        self.assertRegex(error, rf"xdp-bench\[\d+\]")
        other = self.start("--prog", "xdp_drop", "--replace")
        code, output = live.end()
        self.assertEqual(code, 2)
        self.assertIn("by another process", output)
        self.assert_silent()
        other.end(signal.SIGINT)

    def test_a_refused_replacement_puts_the_other_back(self):
        plain = fixture("plain")
        inside(DUT, "ip", "link", "set", "dev", "lo", "xdpgeneric", "obj", plain, "sec", "xdp")
        before = attached("lo")["prog"]["id"]
        error = self.refused("--prog", "xdp_pass", "--dev", "lo", "--replace", code=4)
        self.assertIn("is back", error)
        self.assertEqual(attached("lo")["prog"]["id"], before)


class Input(AttachCase):
    def test_an_unknown_interface(self):
        self.assertIn("did you mean veth0?", self.refused("--prog", "xdp_pass", "--dev", "vteh0"))
        self.assertIn("did you mean veth0?", inside(DUT, TOOL, "map", "--dev", "veht0", code=2).stderr)

    def test_times(self):
        for option, value in (("--interval", "0"), ("--interval", "99ms"), ("--interval", "2h"), ("--interval", "x"), ("--duration", "-1s")):
            self.assertIn(option, self.refused("--prog", "xdp_pass", "--dev", "veth0", f"{option}={value}"))

    def test_settings_that_do_not_fit(self):
        for setting, answer in (
            ("lb_pi=198.18.0.1", "did you mean lb_ip?"),
            ("lb_ip=many", "IPv4 address"),
            ("backends=1", "backends[KEY]"),
            ("backends[0]={pi: 1}", "did you mean ip?"),
            ("backends[x]=1", "backends"),
            ("lb_ip", "expected ="),
        ):
            error = self.refused("--prog", "icmp_lb", "--dev", "veth0", "--set", setting)
            self.assertIn(answer, error, setting)
        self.assert_detached()

    def test_without_privileges(self):
        error = inside(DUT, "setpriv", "--reuid=65534", "--clear-groups", TOOL, "attach", "--prog", "xdp_pass", "--dev", "veth0", code=4).stderr
        self.assertIn("CAP_", error)
        error = inside(DUT, "setpriv", "--reuid=65534", "--clear-groups", TOOL, "map", "--dev", "veth0", code=4).stderr
        self.assertIn("CAP_", error)

    def test_maps_where_nothing_is_attached(self):
        self.assertIn("no XDP program is attached to veth0", self.map(code=2).stderr)


class Maps(AttachCase):
    def test_by_a_second_process_and_by_standard_input(self):
        live = self.start("--prog", "icmp_lb", "--set", "lb_ip=198.18.0.9", "--set", "backends[1]={ip: 198.18.0.3, mac: 02:00:00:00:00:03}")
        self.assertIn("backends", self.map("list").stdout)
        self.assertIn("mac: 02:00:00:00:00:03", self.map("show", "backends").stdout)
        self.map("set", "next_backend[0]=41")
        live.say("show next_backend")
        live.wait_for(r"next_backend\[0\] = 41")
        live.say("set next_backend[0]=7")
        live.wait_for(r"set next_backend\[0\] = 7")
        self.assertIn("next_backend[0] = 7", self.map("show", "next_backend").stdout)
        live.end(signal.SIGINT)

    def test_mistakes_are_told_and_change_nothing(self):
        live = self.start("--prog", "icmp_lb")
        for line, answer in (
            ("set next_backnd[0]=1", r"did you mean next_backend\?"),
            ("set next_backend[0]=x", "expected an integer"),
            ("set next_backend[1]=1", "beyond"),
            ("delete next_backend[0]", "always there"),
            ("sho next_backend", r"did you mean show\?"),
            ("show", "no name"),
            ("replace nothing", "there is no program"),
            ("replace nothing.o", "cannot open nothing.o|No such file"),
        ):
            live.say(line)
            live.wait_for(answer)
        self.assertIn("expected an integer", self.map("set", "next_backend[0]=x", code=2).stderr)
        self.assertIn("there is no command", self.map("sett", "a=1", code=2).stderr.replace("such command", "command"))
        live.say("status")
        live.wait_for("icmp_lb, tag")
        self.assertEqual(live.end(signal.SIGINT)[0], 0)


class Filter(AttachCase):
    def test_a_crafted_packet_gets_no_answer_until_the_address_is_another(self):
        """A Scapy ping from the filtered address; the answers are captured on the client's side."""
        # One interpreter for all pings: what takes time is to import Scapy. Each line that it gets is how long to wait.
        script = (
            "import sys\n"
            "from scapy.all import Ether, IP, ICMP, srp1, conf; conf.verb = 0\n"
            "mac = open('/sys/class/net/veth0/address').read().strip()\n"
            f"frame = Ether(src=mac, dst='{self.dut_mac()}') / IP(src='{CLIENT_IP}', dst='{DUT_IP}') / ICMP(id=7, seq=1)\n"
            "for patience in sys.stdin:\n"
            "    print(srp1(frame, iface='veth0', timeout=float(patience)) is not None, flush=True)\n"
        )
        with subprocess.Popen(["ip", "netns", "exec", CLIENT, "/usr/bin/python3", "-c", script], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as pings:
            self.check_filter(pings)

    def check_filter(self, pings):
        def answered(patience):
            pings.stdin.write(f"{patience}\n")
            pings.stdin.flush()
            said = pings.stdout.readline().strip()
            self.assertIn(said, ("True", "False"))
            return said == "True"

        self.assertTrue(answered(PATIENCE))
        live = self.start("--prog", "ip_filter", "--set", f"ip={CLIENT_IP}", "--interval", "200ms")
        self.assertFalse(answered(SILENCE))
        live.wait_for(r"XDP_DROP +[1-9]")
        self.assertIn(f"ip[0] = {CLIENT_IP}", self.map("show", "ip").stdout)
        self.map("set", "ip=198.18.0.77")
        self.assertTrue(answered(PATIENCE))
        live.say(f"set ip={CLIENT_IP}")
        live.wait_for("set ip")
        self.assertFalse(answered(SILENCE))
        live.end(signal.SIGTERM)
        self.assertTrue(answered(PATIENCE))

    def test_a_ping_is_blocked_and_let_through_without_reattaching(self):
        live = self.start("--prog", "detect_ping", "--mode", "generic")
        before = attached()["prog"]["id"]
        self.assert_answered()
        self.map("set", f"blocked[{CLIENT_IP}]=1")
        self.assert_silent()
        self.assertIn(f"blocked[{CLIENT_IP}] = 1", self.map("show", "blocked").stdout)
        self.map("delete", f"blocked[{CLIENT_IP}]")
        self.assert_answered()
        live.say(f"set blocked[{DUT_IP}]=1")
        live.wait_for("set blocked")
        self.assert_silent()
        live.say(f"delete blocked[{DUT_IP}]")
        live.wait_for("deleted blocked")
        self.assert_answered()
        self.assertIn("there is no entry", self.map("delete", f"blocked[{DUT_IP}]", code=2).stderr)
        self.assertIn("no value of type", self.map("set", "blocked[nobody]=1", code=2).stderr)
        self.assertIn("does not fit", self.map("set", f"blocked[{DUT_IP}]=256", code=2).stderr)
        self.assertEqual(attached()["prog"]["id"], before)
        live.end(signal.SIGINT)

    def dut_mac(self):
        return json.loads(inside(DUT, "ip", "-j", "link", "show", "veth0").stdout)[0]["address"]


class Replacement(AttachCase):
    def test_in_place_with_its_counters(self):
        live = self.start("--prog", "xdp_pass", "--interval", "60m")
        link = re.search(r"link (\d+)", "".join(live.seen)).group(1)
        self.assert_answered(3)
        live.say("replace xdp_drop")
        live.wait_for("replaced in place")
        live.wait_for(f"xdp_drop, id .*link {link}$")
        live.wait_for("maps kept with their entries: xdp_counters")
        self.assertEqual(attached()["prog"]["name"], "xdp_drop")
        self.assert_silent()
        code, output = live.end(signal.SIGINT)
        self.assertEqual(code, 0)
        # Both programs' frames are in the one map that both had.
        self.assertRegex(output, r"XDP_PASS +[3-9]")
        self.assertRegex(output, r"XDP_DROP +[1-9]")

    def test_settings_that_the_new_program_does_not_know_are_named(self):
        live = self.start("--prog", "icmp_lb", "--set", "lb_ip=198.18.0.9")
        live.say("replace xdp_pass")
        live.wait_for("maps given up: .*backends")
        live.wait_for("--set left out: lb_ip")
        self.assert_answered()
        live.end(signal.SIGINT)


if __name__ == "__main__":
    main()
