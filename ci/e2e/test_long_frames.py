"""Frames of up to 9,000 bytes and more: fragments in checks, replays and benches."""

from harness import Case, MEASURED, cases_of, fixture, main

# Lengths on both sides of a page, of the longest live frame, and up to the largest MTU of usual cards.
FRAMES = """
def udp(number, payload):
    return (Ether(dst="02:00:00:00:00:02", src="02:00:00:00:00:01") / IP(src="198.18.0.1", dst="198.18.0.2")
            / UDP(sport=1000 + number, dport=9) / Raw(bytes((number + k) % 256 for k in range(payload))))

frames = [udp(i, n) for i, n in enumerate([20, 200, 1400, 3326, 3327, 3478, 3500, 4000, 5000, 8958, 8972])]
"""
# The same with what the program does to them, made without it.
EXPECTED = FRAMES + """
def answer(frame):
    raw = bytes(frame)
    return raw[6:12] + raw[:6] + raw[12:-1] + bytes([raw[-1] ^ 0xff])

frames = [answer(frame) for frame in frames[1:]]
"""
HEAD = "name: jumbo\nabout: long frames\nprogram: {{ object: {object}, function: {function} }}\n"
REPLAY = """replay:
  topology: pair
  traffic: in.py
  expect: { XDP_TX: 10, XDP_PASS: 1, received: out.py, passed: "in.py#0" }
"""


class LongFrames(Case):
    def setUp(self):
        super().setUp()
        self.write_text("in.py", FRAMES)
        self.write_text("out.py", EXPECTED)

    def scenario(self, parts, function="jumbo"):
        self.write_text("jumbo.yaml", HEAD.format(object=fixture("jumbo"), function=function) + parts)

    def test_every_frame_is_replayed_and_compared_in_both_modes(self):
        self.scenario(REPLAY)
        done = self.tool("--scenario", "jumbo.yaml", "--mode", "generic,native", "--only", "replay")
        self.assertIn("3 passed", done.stdout)  # both modes, and that they agree
        self.assertIn("11 frames sent, all frames accounted for: 1 XDP_PASS, 10 XDP_TX; lost: none", done.stdout)

    def test_a_byte_in_a_fragment_that_is_wrong_is_found(self):
        self.write_text("out.py", EXPECTED.replace("^ 0xff", "^ 0xfe"))
        self.scenario(REPLAY)
        done = self.tool("--scenario", "jumbo.yaml", "--mode", "native", "--only", "replay", code=1)
        self.assertIn("payload", done.stdout)

    def test_a_program_for_one_buffer_gets_the_kernels_text_and_is_not_blamed(self):
        self.scenario(REPLAY, "one_page")
        self.tool("--scenario", "jumbo.yaml", "--mode", "generic", "--only", "replay", "--json", "generic.json")
        done = self.tool("--scenario", "jumbo.yaml", "--mode", "native", "--only", "replay", code=2)
        for text in ("Peer MTU is too large to set XDP", "frames of 9,014 bytes", 'SEC("xdp.frags")', "--mode generic"):
            self.assertIn(text, done.stdout)
        self.assertEqual([case["outcome"] for case in cases_of(self.result(), "replay")], ["error"])

    def test_a_check_sets_the_split_between_linear_part_and_fragments(self):
        step = '      - {{ in: "{}", ctx: {{ {} }}, expect: {{ action: XDP_TX, out: "{}" }} }}\n'
        checks = "checks:\n  - name: split\n    steps:\n" + step.format("in.py#1", "linear: 64", "out.py#0") + step.format(
            "in.py#10", "linear: 14", "out.py#9") + step.format("in.py#2", "linear: 3520", "out.py#1") + step.format(
            "in.py#9", "linear: 3520, metadata: \"hex:01020304\"", "out.py#8")
        self.scenario(checks + "    expect: { globals: { frames_in_fragments: 3 } }\n")
        done = self.tool("--scenario", "jumbo.yaml", "--only", "check", code=(0, 4))
        if "Linux 6.18 lets it be chosen" in done.stdout:
            self.skipTest("this kernel chooses the split itself")
        self.assertIn("1 passed", done.stdout)
        self.scenario(checks, "one_page")
        self.assertIn("not in SEC(\"xdp.frags\")", self.tool("--scenario", "jumbo.yaml", "--only", "check", code=2).stderr)
        self.scenario(checks.replace("linear: 64", "linear: 13"))
        self.assertIn("from 14 to 3520", self.tool("--scenario", "jumbo.yaml", "--only", "check", code=2).stderr)

    def test_a_bench_of_long_frames_says_what_sent_them(self):
        done = self.tool("--prog", fixture("jumbo") + ":jumbo", "--scapy", 'Ether()/IP()/UDP()/Raw(b"x" * 200)', "--size", "9000,1500", "--mode",
                         "native", "--only", "bench", "--duration", "20ms", "--rounds", "2", "--json", "out.json", code=MEASURED)
        self.assertIn("packet socket", done.stdout)
        senders = {(bench["mode"], bench["size"]): bench.get("sender") for bench in self.read_json()["benches"]}
        self.assertEqual(senders, {("test_run", "9000"): None, ("test_run", "1500"): None, ("native", "9000"): "packet_socket",
                                   ("native", "1500"): None})

    def test_test_runs_of_a_program_for_one_buffer_are_skipped_with_the_reason(self):
        done = self.tool("--prog", fixture("jumbo") + ":one_page", "--scapy", 'Ether()/IP()/UDP()/Raw(b"x" * 200)', "--size", "9000", "--mode",
                         "generic", "--only", "bench", "--duration", "20ms", "--rounds", "2", "--json", "out.json", code=MEASURED)
        self.assertIn("cannot be timed in test runs with frames of 8,996 bytes", done.stdout)
        self.assertEqual([bench["outcome"] for bench in self.read_json()["benches"] if bench["mode"] == "test_run"], ["skipped"])

    def test_test_runs_of_frames_with_more_and_fewer_fragments_are_skipped_with_the_reason(self):
        for lengths, outcome in (("1400, 4000", "skipped"), ("4055, 8958", "skipped"), ("8000, 8958", "passed"), ("60, 3300", "passed")):
            with self.subTest(lengths=lengths):
                self.write_text("some.py", FRAMES.split("frames =")[0] + f"frames = [udp(i, n) for i, n in enumerate([{lengths}] * 5)]\n")
                done = self.tool("--prog", fixture("jumbo") + ":jumbo", "--pcap", "some.py", "--only", "bench", "--mode", "native", "--duration", "20ms",
                                 "--rounds", "2", "--json", "out.json", code=MEASURED)
                alone = next(bench for bench in self.read_json()["benches"] if bench["mode"] == "test_run")
                self.assertEqual(alone["outcome"], outcome, alone["message"])
                if outcome == "skipped":
                    self.assertIn("differ in the number of their fragments", done.stdout)

    def test_a_rate_of_long_frames_is_skipped_with_the_reason(self):
        done = self.tool("--prog", fixture("jumbo") + ":jumbo", "--scapy", 'Ether()/IP()/UDP()/Raw(b"x" * 200)', "--size", "9000", "--mode", "native",
                         "--only", "bench", "--rate", "1kpps", "--duration", "20ms", code=4)
        self.assertIn("a schedule needs live frames, which have at most 3,368 bytes", done.stdout)


if __name__ == "__main__":
    main()
