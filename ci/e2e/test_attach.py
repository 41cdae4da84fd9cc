"""xdp-bench attach, live: real pings between two namespaces."""

import json
import os
import signal
import subprocess

from attach_case import AttachCase, DUT, Live, attached, inside, sh
from harness import TOOL, bpf_objects, fixture, main


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


if __name__ == "__main__":
    main()
