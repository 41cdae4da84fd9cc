"""xdp-bench attach: the records that a running program writes."""

import json
import os
import signal
import subprocess

from attach_case import AttachCase, CLIENT, CLIENT_IP, DUT, DUT_IP, inside, sh
from harness import fixture, main


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


if __name__ == "__main__":
    main()
