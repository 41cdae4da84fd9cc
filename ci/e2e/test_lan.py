"""Programs among real stacks: what a scenario's lan proves, and what it says when it does not hold."""

import os
import shutil
import subprocess

from harness import SOURCE, TOOL, Case, cases_of, main

SCENARIO = """\
name: mine
about: A balancer and what is expected of it
program: icmp_lb
globals: {{ lb_ip: 10.1.1.2, backend_count: {backends} }}
maps:
  backends: [ {{ key: 0, value: {{ ip: 10.1.1.3, mac: "02:00:00:00:01:03" }} }} ]
lan:
  hosts: {{ client: 10.1.1.1, dut: 10.1.1.2, backend: 10.1.1.3 }}
  steps:
"""


class Lan(Case):
    def lan(self, steps, *options, code=0, backends=1, **more):
        self.write_text("mine.yaml", SCENARIO.format(backends=backends) + "".join(f"    - {step}\n" for step in steps))
        return self.tool("--scenario", "mine.yaml", "--only", "replay", "--json", "out.json", *options, code=code, **more)

    def test_both_backends_answer_in_turn_in_both_modes(self):
        done = self.tool("--prog", "icmp_lb", "--mode", "all", "--only", "replay", "--junit", "out.xml")
        self.assertIn("ping 6: 6 answered (backend1: 1, 3, 5; backend2: 2, 4, 6)", done.stdout)
        result = self.result()
        self.assertEqual({lan["mode"]: lan["outcome"] for lan in cases_of(result, "lan")},
                         {"generic": "passed", "native": "passed", "offload": "skipped"})
        self.assertEqual([lan["steps"][0]["answered_by"] for lan in result["lans"]],
                         [{"backend1": [1, 3, 5], "backend2": [2, 4, 6]}] * 2)
        self.assertIn("lan.icmp_lb", self.read_text("out.xml"))

    def test_a_map_that_changes_while_the_program_runs(self):
        self.tool("--prog", "detect_ping,ip_filter", "--mode", "generic,native", "--only", "replay")
        answered = {(lan["program"], lan["mode"]): [step["answered"] for step in lan["steps"] if step["sent"]]
                    for lan in self.result()["lans"]}
        for mode in ("generic", "native"):
            self.assertEqual(answered["detect_ping", mode], [2, 0, 2])
            self.assertEqual(answered["ip_filter", mode], [1, 0, 1])

    def test_what_does_not_hold_is_named_step_by_step(self):
        done = self.lan(["{ ping: 2, expect: { answered: { dut: [1], backend: [2] } } }",
                         "{ send: 'scapy: Ether(src=\"02:00:00:00:01:01\", dst=\"02:00:00:00:01:02\")/IP(src=\"10.1.1.1\", "
                         "dst=\"10.1.1.2\")/ICMP()', expect: { answered: 2 } }"], code=1)
        self.assertIn("mine.yaml:10:7: ping 2: expected dut to get and answer 1; it got none and answered none", done.stdout)
        self.assertIn("expected backend to get and answer 2; it got 1, 2 and answered 1, 2", done.stdout)
        self.assertIn("expected 2 packets to come back, 1 did", done.stdout)
        self.assertIn("repeat", done.stdout)
        self.assertIn("mine.yaml:10:7: ping 2: expected 0 to be answered, 2 were",
                      self.lan(["{ ping: 2, expect: { answered: 0 } }"], code=1).stdout)

    def test_without_backends_the_host_itself_answers(self):
        self.lan(["{ ping: 3, expect: { answered: { dut: [1, 2, 3] } } }"], "--mode", "generic,native", backends=0)

    def test_wrong_input_is_refused_before_anything_is_created(self):
        for step, said in (("{ set: { backend: [ { key: 0, absent: true } ] } }", "did you mean backends?"),
                           ("{ set: { backends: [ { key: x, value: { ip: 10.1.1.4 } } ] } }", "mine.yaml:10:"),
                           ("{ send: nothing.pcap, expect: { answered: 0 } }", "nothing.pcap"),
                           ("{ ping: 1, expect: { answered: { nobody: [1] } } }", "mine.yaml:10:40"),
                           (f"{{ send: \"hex:{'02' * 1600}\", expect: {{ answered: 0 }} }}", "longer than 1514 bytes")):
            self.assertIn(said, self.lan([step], code=2).stderr)

    def test_an_entry_that_is_deleted_must_have_been_there(self):
        with open(os.path.join(SOURCE, "scenarios", "detect_ping.yaml"), encoding="utf-8") as file:
            text = file.read().replace("{ key: 192.168.1.1, absent: true }", "{ key: 192.168.1.9, absent: true }")
        self.write_text("mine.yaml", text.replace("\nreplay:", "\nignored:").split("\nignored:")[0] + "\nlan:" + text.split("\nlan:")[1])
        done = self.tool("--scenario", "mine.yaml", "--only", "replay", code=1)
        self.assertIn("there is no entry blocked[192.168.1.9]", done.stdout)

    def test_skipped_where_there_is_no_ping(self):
        self.lan(["{ ping: 1, expect: { answered: 1 } }"])
        hidden = f"mount --bind /dev/null {shutil.which('ping')} && exec {TOOL} --scenario mine.yaml --only replay --json out.json"
        done = subprocess.run(["unshare", "--mount", "sh", "-c", hidden], capture_output=True, text=True, timeout=300, cwd=self.folder, check=False)
        self.assertEqual(done.returncode, 4, done.stdout + done.stderr)
        self.assertIn("iputils-ping", done.stdout)


if __name__ == "__main__":
    main()
