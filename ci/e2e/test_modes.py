"""Several programs in several modes: the table, disagreements, replacement under traffic."""

import os

from harness import SOURCE, Case, cases_of, fixture, main


PROGRAMS = ("xdp_pass", "xdp_drop", "xdp_aborted", "xdp_tx", "xdp_redirect", "xdp_redirect_cpu", "drop_ipv6", "drop_port_8080",
            "ip_filter", "detect_ping", "extract_metadata", "flow_sampler", "ipip_encap", "ipip_decap", "icmp_lb", "rate_limit", "conn_table", "fib_forward", "rx_metadata", "xsk_redirect")


class Modes(Case):
    def test_all_programs_in_all_modes(self):
        done = self.tool("--prog", "all", "--mode", "all", "--only", "check,replay")
        self.check_table(done.stdout)
        self.assertIn("replaced 100 times under traffic", done.stdout)
        self.check_replays(self.result())
        self.check_replacement(self.result())

    def check_table(self, shown):
        table = shown[shown.index("\n  program "):]
        for name in PROGRAMS:
            self.assertRegex(table, rf"(?m)^  {name} ")
        self.assertIn("checks", table)
        for mode in ("generic", "native", "offload"):
            self.assertIn(mode, table)
        self.assertIn("agree", table)
        self.assertNotIn("DISAGREE", shown)

    def check_replays(self, result):
        self.assertEqual({modes["outcome"] for modes in cases_of(result, "modes")}, {"passed"})
        replayed = {mode: {replay["program"] for replay in cases_of(result, "replay") if replay["mode"] == mode and
                           replay["outcome"] == "passed"} for mode in ("generic", "native")}
        self.assertEqual({modes["program"] for modes in cases_of(result, "modes")}, replayed["generic"] & replayed["native"])
        self.assertEqual(replayed["native"] - replayed["generic"], {"rx_metadata"})  # only a driver has its values
        for replay in cases_of(result, "replay"):
            if replay["mode"] == "offload" or (replay["program"], replay["mode"]) == ("rx_metadata", "generic"):
                self.assertEqual(replay["outcome"], "skipped")
                self.assertNotEqual(replay["message"], "")
            else:
                self.assertEqual(replay["outcome"], "passed", replay)
        self.assertEqual({replay["mode"] for replay in cases_of(result, "replay")}, {"generic", "native", "offload"})

    def check_replacement(self, result):
        """Of xdp_pass, whose scenario asks for it, under traffic."""
        replaced = [replay for replay in result["replays"] if replay.get("replacement")]
        self.assertEqual([(replay["program"], replay["mode"]) for replay in replaced], [("xdp_pass", "generic"), ("xdp_pass", "native")])
        for replay in replaced:
            replacement = replay["replacement"]
            self.assertEqual(replacement["times"], 100)
            self.assertTrue(replacement["accounted_for"])
            handled = replacement["handled_by_first"] + replacement["handled_by_second"]
            self.assertLessEqual(replacement["sent"] - handled, sum(replacement["losses"].values()))

    def test_a_disagreement_fails_and_names_the_frame(self):
        self.write_text("fickle.yaml", f"""
name: fickle
about: Disagrees
program: {{ object: {fixture("fickle")}, function: fickle }}
replay:
  topology: pair
  traffic: {os.path.join(SOURCE, "pcaps", "udp_64.pcap")}
  expect: {{ XDP_PASS: 1000 }}
""")
        done = self.tool("--scenario", "fickle.yaml", "--mode", "generic,native", "--only", "replay", code=1)
        self.assertIn("the modes disagree", done.stdout)
        self.assertIn("udp_64.pcap#", done.stdout)
        self.assertIn("DISAGREE", done.stdout)
        self.assertIn("repeat", done.stdout)
        modes = cases_of(self.result(), "modes")
        self.assertEqual([one["outcome"] for one in modes], ["failed"])
        self.assertIn("udp_64.pcap#", modes[0]["message"])

    def test_one_mode_needs_no_table(self):
        done = self.tool("--prog", "xdp_drop", "--only", "replay")
        self.assertNotIn("\n  program ", done.stdout)


if __name__ == "__main__":
    main()
