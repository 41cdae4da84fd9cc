"""xdp-bench attach and xdp-bench map: maps and programs that are changed while frames come."""

import json
import re
import signal
import subprocess

from attach_case import AttachCase, CLIENT, CLIENT_IP, DUT, DUT_IP, SILENCE, attached, inside
from harness import PATIENCE, main


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
