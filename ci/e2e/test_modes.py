"""Several programs in several modes: the table, disagreements, replacement under traffic."""

import os

from harness import Case, SOURCE, fixture, main


class Modes(Case):
    def test_all_programs_in_all_modes(self):
        done = self.tool("--prog", "all", "--mode", "all", "--only", "check,replay")
        table = done.stdout[done.stdout.index("\nprogram "):]
        self.assertIn("checks", table)
        for mode in ("generic", "native", "offload"):
            self.assertIn(mode, table)
        self.assertIn("agree", table)
        self.assertNotIn("DISAGREE", done.stdout)
        result = self.result()
        self.assertEqual({modes["outcome"] for modes in result["modes"]}, {"passed"})
        replayed = {replay["program"] for replay in result["replays"] if replay["outcome"] == "passed"}
        self.assertEqual({modes["program"] for modes in result["modes"]}, replayed)
        for replay in result["replays"]:
            if replay["mode"] == "offload":
                self.assertEqual(replay["outcome"], "skipped")
                self.assertNotEqual(replay["message"], "")

    def test_a_disagreement_fails_and_names_the_frame(self):
        done = self.tool("--prog", fixture("fickle") + ":fickle", "--mode", "generic,native",
                         "--only", "replay", "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"), code=1)
        self.assertIn("the modes disagree", done.stdout)
        self.assertIn("udp_64.pcap#", done.stdout)
        self.assertIn("DISAGREE", done.stdout)
        self.assertIn("repeat", done.stdout)
        modes = self.result()["modes"]
        self.assertEqual([one["outcome"] for one in modes], ["failed"])
        self.assertIn("udp_64.pcap#", modes[0]["message"])

    def test_one_mode_needs_no_table(self):
        done = self.tool("--prog", "xdp_drop", "--only", "replay")
        self.assertNotIn("\nprogram ", done.stdout)

    def test_replacement_under_traffic(self):
        done = self.tool("--prog", "xdp_pass", "--mode", "generic,native", "--only", "replay")
        self.assertIn("replaced 100 times under traffic", done.stdout)
        for books in self.result()["replay_books"]:
            replacement = books["replacement"]
            self.assertEqual(replacement["times"], 100)
            self.assertTrue(replacement["balanced"])
            handled = replacement["handled_by_first"] + replacement["handled_by_second"]
            self.assertLessEqual(replacement["sent"] - handled, sum(replacement["losses"].values()))


if __name__ == "__main__":
    main()
