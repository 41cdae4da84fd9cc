"""What checks expect, and what a failed one leaves."""

import os
import struct

from harness import Case, SOURCE, main

SCENARIO = """\
name: mine
about: A program and what is expected of it
program: {program}
{more}
checks:
  - name: the one
    steps:
      - in: {frames}
        expect: {expect}
"""


def frames_of(path):
    """The frames of a pcap in this machine's byte order, by nobody's library."""
    with open(path, "rb") as file:
        content = file.read()
    frames, at = [], 24
    while at < len(content):
        length = struct.unpack_from("<I", content, at + 8)[0]
        frames.append(content[at + 16:at + 16 + length])
        at += 16 + length
    return frames


class Checks(Case):
    def scenario(self, expect, program="xdp_pass", frames="mixed.pcap#0-4", more=""):
        path = os.path.join(self.folder, "mine.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(SCENARIO.format(program=program, expect=expect, frames=frames, more=more))
        return path

    def check(self, expect, *options, code=0, **scenario):
        return self.tool("run", "--scenario", self.scenario(expect, **scenario), "--only", "check", "--json", "out.json", *options,
                         code=code)

    def pcaps(self):
        return sorted(name for name in os.listdir(self.folder) if name.endswith(".pcap"))

    def test_a_frame_that_is_otherwise_is_left_as_pcaps(self):
        done = self.check("{ action: XDP_PASS, checksums: valid, fields: { ip.ttl: 1 } }", frames="mixed.pcap#0", code=1)
        self.assertRegex(done.stdout, r"ip\.ttl +expected 1 +got 128")
        self.assertIn("mixed.pcap#0 as pcap: out-mismatch1-expected.pcap, out-mismatch1-actual.pcap", done.stdout)
        self.assertEqual(self.pcaps(), ["out-mismatch1-actual.pcap", "out-mismatch1-expected.pcap"])
        actual, = frames_of(os.path.join(self.folder, "out-mismatch1-actual.pcap"))
        expected, = frames_of(os.path.join(self.folder, "out-mismatch1-expected.pcap"))
        self.assertEqual(actual, frames_of(os.path.join(SOURCE, "pcaps", "mixed.pcap"))[0])
        different = {at for at in range(len(actual)) if actual[at] != expected[at]}
        self.assertEqual(expected[22], 1)
        self.assertLessEqual(different, {22, 24, 25}, "the TTL and the IP checksum")

    def test_one_pair_a_check_and_none_without_a_failure(self):
        self.check("{ action: XDP_PASS, length: 1 }", code=1)
        self.assertEqual(self.pcaps(), ["out-mismatch1-actual.pcap"], "no frame of these has 1 byte")
        os.remove(os.path.join(self.folder, "out-mismatch1-actual.pcap"))
        self.check("{ action: XDP_PASS, out: unchanged }")
        self.assertEqual(self.pcaps(), [])
        self.check("{ action: XDP_DROP }", code=1)
        self.assertEqual(self.pcaps(), [], "no frame is compared where the action is another")

    def test_pcaps_are_below_results_unless_the_result_is_elsewhere(self):
        path = self.scenario("{ action: XDP_PASS, out: 'hex: 020000000002 020000000001 0800' }", frames="mixed.pcap#0")
        for where in ([], ["--json", "-"], ["--json", "/dev/null"]):
            with self.subTest(where=where):
                before = set(os.listdir("/dev"))
                self.tool("run", "--scenario", path, "--only", "check", *where, code=1)
                left = [name for name in os.listdir(os.path.join(self.folder, "results")) if name.endswith(".pcap")]
                self.assertEqual(len(left), 2, left)
                self.assertFalse({name for name in set(os.listdir("/dev")) - before if "mismatch" in name})
                for name in left:
                    os.remove(os.path.join(self.folder, "results", name))

    def test_bounds_of_the_verifier_fail_with_both_figures(self):
        expect = "{ action: XDP_PASS }"
        done = self.check(expect, more="verifier: { instructions: 1, stack: 512 }", code=1)
        self.assertRegex(done.stdout, r"instructions that the verifier processed: at most 1 expected, got [0-9,]+")
        self.assertNotIn("bytes of stack", done.stdout)
        self.check(expect, more="verifier: { instructions: 1000000, stack: 512 }")

    def test_set_wins_over_the_scenario(self):
        def run(*options, code=0):
            return self.tool("run", "--prog", "ip_filter", "--only", "check", "--json", "out.json", *options, code=code)

        run()
        done = run("--set", "ip=203.0.113.99", code=1)
        self.assertIn("repeat  xdp-bench run --prog ip_filter --only check --set ip=203.0.113.99 -- ", done.stdout)
        self.assertEqual(self.read_json()["settings"], ["ip=203.0.113.99"])
        done = run("--set", "ipp=1", code=2)
        self.assertIn("did you mean ip?", done.stderr)
        done = run("--set", "ip=many", code=2)
        self.assertIn("ip", done.stderr)
        done = run("--set", "ip", code=2)
        self.assertIn("NAME=VALUE", done.stderr)
        done = self.tool("run", "--prog", "ip_filter,xdp_pass", "--set", "ip=1", "--only", "check", code=2)
        self.assertIn("name one program", done.stderr)

    def test_targets_of_redirects(self):
        more = 'maps: { ports: [ { key: 0, value: "interface:out0" } ] }'
        redirect = "{{ action: XDP_REDIRECT, redirect: {} }}"
        for target, code in (("{ map: ports, key: 0, interface: out0 }", 0), ("{ interface: dut0 }", 1)):
            done = self.check(redirect.format(target), program="xdp_redirect", more=more, frames="mixed.pcap#0-1", code=code)
        self.assertIn("expected to leave by dut0, but when sent it reached the far end", done.stdout)


if __name__ == "__main__":
    main()
