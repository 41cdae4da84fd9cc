"""`xdp-bench qualify`: cases with a verdict, kept on disk, continued and repeated; ports are left as they were."""

import json
import os
import signal
import subprocess
import time

from harness import TOOL, VethCase, comes_true, main, wait_for_cables

QUICK = "qualify.control.attach_*:qualify.control.refuse_*"


class Qualify(VethCase):
    def qualify(self, *options, code=0):
        return self.inside(TOOL, "qualify", "--dev", "port1", *options, code=code)

    def findings(self, name="out.json"):
        return {f"{case['group']}.{case['name']}": case["finding"] for case in self.read_json(name)["cases"]}

    def mtus(self):
        shown = json.loads(self.inside("ip", "-j", "link").stdout)
        return {link["ifname"]: link["mtu"] for link in shown}

    def test_a_veth_passes_the_group_control(self):
        before = self.mtus()
        done = self.qualify("--peer", "port0", "--group", "control", "--json", "out.json", "--junit", "out.xml", "--ktap", "out.ktap")
        self.assertIn("port1: qualified", done.stdout)
        self.assertIn("  XDP features  basic", done.stdout)
        found = self.findings()
        for name in ("control.features_basic", "control.attach_native_link", "control.mtu_1500"):
            self.assertEqual(found[name], "PASS", done.stdout)
        self.assertEqual(found["control.features_hw_offload"], "SKIP")
        result = self.read_json()
        self.assertEqual([result["verdict"], result["running"], len(result["planned"])], ["qualified", "", len(found)])
        self.assertIn('testsuite name="qualify.control"', self.read_text("out.xml"))
        self.assertIn(f"# Totals: pass:{list(found.values()).count('PASS')} fail:0", self.read_text("out.ktap"))
        self.assertEqual(self.mtus(), before)

    def test_rates_say_what_limits_them(self):
        cases = "generator:qualify.speed.drop:qualify.speed.tx:qualify.speed.cpumap:qualify.speed.broadcast:qualify.offload.device"
        done = self.qualify("--peer", "port0", "--duration", "10ms", "--json", "out.json", "--", f"--gtest_filter=qualify.speed.{cases}",
                            code=(0, 3))
        self.assertIn("the generator sends at most", done.stdout)
        found = {case["name"]: case for case in self.read_json()["cases"]}
        self.assertIn("64 bytes over port0", self.read_json()["environment"]["generator_maximum"])
        for name in ("drop", "tx", "cpumap", "broadcast"):
            self.assertEqual(found[name]["finding"], "PASS", found[name]["message"])
            self.assertEqual([rate["frames"] for rate in found[name]["rates"]], ["64", "128", "256", "512", "1024", "1280", "1518", "imix"])
            for rate in found[name]["rates"]:
                self.assertGreater(rate["processed_pps"], 0)
                self.assertEqual(rate["forwarded_pps"] > 0, name != "drop", rate)
        self.assertEqual(found["device"]["finding"], "SKIP")
        self.assertIn("port1", found["device"]["message"])

    def test_a_rate_that_is_asked_for_is_a_verdict(self):
        slow = ("--duration", "10ms", "--json", "out.json", "--", "--gtest_filter=qualify.speed.drop")
        self.qualify("--peer", "port0", "--at-least", "100pps", *slow, code=0)
        done = self.qualify("--peer", "port0", "--at-least", "10000Mpps", *slow, code=(1, 3))
        self.assertIn("below 10000Mpps: 64", done.stdout)
        self.assertIn("--at-least 10000Mpps --duration 10ms -- --gtest_filter=qualify.speed.drop", done.stdout)
        self.assertIn("is judged by the group speed, which --group leaves out",
                      self.qualify("--peer", "port0", "--at-least", "1pps", "--group", "data", code=2).stderr)
        self.assertIn("--at-least fast", self.qualify("--peer", "port0", "--at-least", "fast", code=2).stderr)

    def test_channels_of_each_direction_are_changed_and_restored(self):
        queues = ("numrxqueues", "2", "numtxqueues", "2")
        self.inside("ip", "link", "delete", "port0")
        self.inside("ip", "link", "add", "port0", *queues, "type", "veth", "peer", "name", "port1", *queues)
        for port in ("port0", "port1"):
            self.inside("ethtool", "-L", port, "rx", "2", "tx", "2")
            self.inside("ip", "link", "set", port, "up")
        wait_for_cables(self.netns, "port0", "port1")
        before = [self.inside("ethtool", "-l", port).stdout for port in ("port0", "port1")]
        cases = "speed.queues:qualify.redirect.devmap_few_queues:qualify.under_traffic.channels"
        self.qualify("--peer", "port0", "--duration", "10ms", "--json", "out.json", "--", f"--gtest_filter=qualify.{cases}", code=(0, 3))
        found = {case["name"]: case for case in self.read_json()["cases"]}
        self.assertEqual([rate["frames"] for rate in found["queues"]["rates"]], ["64, 1 queue", "64, 2 queues"], found["queues"]["message"])
        if len(os.sched_getaffinity(0)) > 1:
            self.assertIn("1 queue, redirected out of port1", found["devmap_few_queues"]["message"])
        self.assertIn("channels of port1 to rx 1, tx 1", found["channels"]["message"])  # impossible on a veth with a program
        self.assertEqual([self.inside("ethtool", "-l", port).stdout for port in ("port0", "port1")], before)

    def test_one_port_alone_says_what_it_cannot_show(self):
        done = self.qualify("--group", "control", "--json", "out.json", code=4)
        self.assertIn("not run, because they need a second port", done.stdout)
        self.assertIn("port1: incomplete", done.stdout)
        self.assertEqual(self.findings()["control.attach_native_link"], "PASS")
        self.assertNotIn("control.mtu_1500", self.findings())

    def test_cases_are_selected_as_googletest_does(self):
        listed = self.qualify("--peer", "port0", "--", "--gtest_list_tests").stdout
        self.assertIn("qualify.control.", listed)
        self.assertIn("mtu_1500", listed)
        self.qualify("--peer", "port0", "--json", "out.json", "--", f"--gtest_filter={QUICK}")
        self.assertEqual({name.split("_")[0] for name in self.findings()}, {"control.attach", "control.refuse"})
        self.assertEqual(self.read_json()["planned"], list(self.findings()))
        twice = self.qualify("--peer", "port0", "--json", "out.json", "--", f"--gtest_filter={QUICK}", "--gtest_repeat=2").stdout
        runs, planned = len(self.read_json()["cases"]), len(self.read_json()["planned"])
        self.assertEqual(runs, 2 * planned)
        self.assertIn(f"[{runs:>2}/{runs}]", twice)
        self.assertIn("did you mean control", self.qualify("--group", "contrl", code=2).stderr)

    def test_an_unfinished_qualification_is_continued(self):
        self.qualify("--group", "control", "--json", "all.json", code=4)
        result = self.read_json("all.json")
        done = [case for case in result["cases"] if case["name"].startswith("refuse")]
        result.update(cases=done, running="control.attach_native_link")
        self.write_text("part.json", json.dumps(result))
        self.assertGreater(len(result["planned"]), len(done))
        resumed = self.qualify("--json", "part.json", "--resume", code=1).stdout
        self.assertIn("continued: 3 cases ran before (2 PASS, 1 FAIL)", resumed)
        self.assertRegex(resumed, r"FAIL    control.attach_native_link.*\n +the machine or the tool ended.*\n +repeat: xdp-bench qualify --dev port1 -- "
                                  "--gtest_filter=qualify.control.attach_native_link\n")
        self.assertIn(f"[{len(result['planned']):>2}/{len(result['planned'])}]", resumed)
        found = self.read_json("part.json")["cases"]
        self.assertEqual(found[:len(done)], done)
        crashed = next(case for case in found if case["name"] == "attach_native_link")
        self.assertEqual(crashed["finding"], "FAIL")
        self.assertIn("ended while this case ran", crashed["message"])
        self.assertEqual(sorted(f"{case['group']}.{case['name']}" for case in found), sorted(result["planned"]))
        self.assertIn("no unfinished", self.qualify("--resume", code=2).stderr)

    def test_an_interrupted_qualification_puts_everything_back_and_is_continued(self):
        before = self.mtus()
        run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "qualify", "--dev", "port1", "--peer", "port0", "--group", "control"],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=self.folder)
        self.addCleanup(run.stdout.close)
        for line in run.stdout:
            if "mtu_1500 " in line:
                break
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
        self.assertEqual(run.wait(60), 130, rest)
        self.assertEqual(self.mtus(), before)
        self.assertIn("port1: incomplete", rest)
        done = self.qualify("--peer", "port0", "--group", "control", "--resume")
        self.assertIn("port1: qualified", done.stdout)
        self.assertEqual(len(os.listdir(os.path.join(self.folder, "results"))), 1)

    def kill_while_changed(self):
        """Ends a qualification with SIGKILL while the MTU of a port is another one."""
        run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "qualify", "--dev", "port1", "--peer", "port0", "--",
                                "--gtest_filter=qualify.control.mtu_*"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
        end = time.monotonic() + 60
        while self.mtus()["port1"] == self.before["port1"] and run.poll() is None and time.monotonic() < end:
            time.sleep(0.005)
        run.kill()
        run.wait(60)

    def test_what_a_killed_qualification_changed_is_told_and_restored(self):
        self.before = self.mtus()
        self.kill_while_changed()
        self.assertNotEqual(self.mtus(), self.before)
        restored = self.inside(TOOL, "restore").stderr
        self.assertIn("mtu of port1 (was 1500)", restored)
        self.assertIn("mtu of port0 (was 1500)", restored)
        self.assertEqual(self.mtus(), self.before)
        self.assertIn("nothing to restore", self.inside(TOOL, "restore").stdout)

    def programs(self):
        return json.loads(self.inside("ip", "-j", "link", "show", "port1").stdout)[0].get("xdp")

    def test_a_program_that_a_killed_qualification_left_by_netlink_is_taken_off(self):
        for _ in range(20):
            run = subprocess.Popen(["ip", "netns", "exec", self.netns, TOOL, "qualify", "--dev", "port1", "--json", "out.json", "--",
                                    "--gtest_filter=qualify.control.attach_generic_netlink", "--gtest_repeat=1000"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=self.folder)
            comes_true(lambda: self.programs() or run.poll() is not None, 30)
            run.kill()
            run.wait(60)
            if self.programs():
                break
            self.inside(TOOL, "restore")
        self.assertTrue(self.programs())
        self.assertRegex(self.inside(TOOL, "restore").stderr, r"XDP of port1 \(without programs \d+,\d+\)")
        self.assertIsNone(self.programs())

    def test_the_next_qualification_restores_what_a_killed_one_changed(self):
        self.before = self.mtus()
        self.kill_while_changed()
        done = self.qualify("--peer", "port0", "--", "--gtest_filter=qualify.control.refuse_*")
        self.assertIn("restored what a killed run had left changed: mtu of port1 (was 1500)", done.stderr)
        self.assertEqual(self.mtus(), self.before)


if __name__ == "__main__":
    main()
