"""Two programs against each other."""
import os
import xml.etree.ElementTree

from harness import Case, MEASURED, SOURCE, build_program, main, reference

MAKES = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
#define EACH_BYTE(VALUE) \\
    unsigned char *data = (unsigned char *)(long)ctx->data; \\
    if (data + 6 > (unsigned char *)(long)ctx->data_end) return XDP_DROP; \\
    for (int i = 0; i < 6; i++) data[i] = (VALUE); \\
    return XDP_TX;
SEC("xdp") int swaps(struct xdp_md *ctx) { EACH_BYTE(data[5 - i]) }
SEC("xdp") int fills(struct xdp_md *ctx) { EACH_BYTE(0xaa) }
SEC("xdp") int by_chance(struct xdp_md *ctx) { EACH_BYTE(bpf_get_prandom_u32()) }
char _license[] SEC("license") = "GPL";
"""
CONFIGURED = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
const volatile __u32 verdict = 1;
SEC("xdp") int mine(struct xdp_md *ctx) { return verdict; }
char _license[] SEC("license") = "GPL";
"""


class Compare(Case):
    def variant(self, name, *defines):
        """The fixture with a known slowdown, built as a variant of itself."""
        target = os.path.join(self.folder, name + ".o")
        self.assertEqual(build_program(os.path.join(SOURCE, "ci", "fixtures", "slowdown.bpf.c"), target, *("-D" + one for one in defines)), "")
        return target

    def compare(self, base, contender, *options, code):
        done = self.tool("compare", base, contender, "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"),
                         "--alpha", "0.01%", "--json", "out.json", *options, code=code)
        return done, self.read_json()

    def test_half_as_much_again_is_slower_and_the_other_way_round_faster(self):
        base, slow = self.variant("base"), self.variant("slow", "EXTRA=200")
        done, result = self.compare(base, slow, "--only", "time", code=1)
        case = result["cases"][0]
        self.assertEqual((case["name"], case["judgement"], result["exit_code"]), ("test_run", "slower", 1))
        self.assertGreater(case["effect"], 0.2)
        self.assertLess(case["interval"]["low"], case["effect"])
        self.assertGreater(case["contender_ns"], case["base_ns"])
        self.assertGreater(case["base_ns"], case["baseline_ns"])
        self.assertEqual(len(case["ratios"]), case["samples"])
        self.assertLess(abs(case["control_effect"]), case["effect"])
        self.assertIn("slower", done.stdout)
        _, result = self.compare(slow, base, "--only", "time", code=0)
        self.assertEqual(result["cases"][0]["judgement"], "faster")

    def test_has_the_formats_of_a_run(self):
        base, slow = self.variant("base"), self.variant("slow", "EXTRA=200")
        self.compare(base, slow, "--only", "time", "--junit", "out.xml", "--ktap", "out.ktap", "--metrics", "out.prom", code=1)
        suite = xml.etree.ElementTree.parse(os.path.join(self.folder, "out.xml")).getroot()[0]
        self.assertRegex(suite.find("testcase/failure").get("message"), "^slower: ")
        self.assertRegex(self.read_text("out.ktap"), r"(?m)^not ok 1 compare\..*test_run$")
        self.assertRegex(self.read_text("out.prom"), r'(?m)^xdp_bench_compared_effect_ratio\{.*judgement="slower"\} 0\.\d+$')
        same = self.tool("compare", base, slow, "--json", "out.x", "--ktap", "out.x", code=2)
        self.assertIn("name the same file", same.stderr)
        for arguments in (("compare", base, slow, "--json", "out.x", "--ktap", "./out.x"), ("report", "out.xml", "-o", "./out.xml"),
                          ("report", "out.xml", "-o", "a.html", "--junit", os.path.join(self.folder, "a.html"))):
            self.assertIn("name the same file", self.tool(*arguments, code=2).stderr, arguments)

    def test_a_program_is_not_slower_than_itself(self):
        base = self.variant("base")
        self.tool("compare", base, base, "--only", "time", "--max-time", "2s", "--alpha", "0.01%", code=MEASURED)

    def test_a_scenario_configures_both_and_its_checks_come_first(self):
        program = reference("icmp_lb")
        self.tool("compare", program, program, "--scenario", "icmp_lb", "--only", "time", "--max-time", "2s",
                  "--alpha", "0.01%", "--json", "out.json", code=MEASURED)
        self.assertEqual(self.read_json()["cases"][0]["action"], "XDP_TX")
        other = reference("xdp_drop")
        done = self.tool("compare", program, other, "--scenario", "icmp_lb", code=2)
        self.assertIn("xdp_drop.bpf.o", done.stderr)

    def test_what_is_set_is_set_for_both(self):
        self.compile(CONFIGURED)
        self.compare("mine.o", "mine.o", "--set", "verdict=3", "--only", "time", "--max-time", "1s", code=MEASURED)
        self.assertEqual(self.read_json()["cases"][0]["action"], "XDP_TX")
        done = self.tool("compare", "mine.o", "mine.o", "--set", "verdct=3", code=2)
        self.assertIn("no map and no global variable verdct (did you mean verdict?)", done.stderr)

    def test_programs_that_do_different_things_are_not_compared(self):
        drops, passes = self.variant("drops"), self.variant("passes", "ACTION=XDP_PASS")
        done = self.tool("compare", drops, passes, code=3)
        self.assertIn("frame 0", done.stderr)
        self.assertIn("XDP_DROP", done.stderr)
        self.assertIn("XDP_PASS", done.stderr)

    def test_programs_that_make_other_frames_are_not_compared(self):
        two = self.compile(MAKES)
        done = self.tool("compare", two + ":swaps", two + ":fills", "--only", "time", code=3)
        self.assertIn("frame 0", done.stderr)
        self.assertIn(f"{two}:fills sends or passes it with other bytes than {two}:swaps", done.stderr)
        self.tool("compare", two + ":by_chance", two + ":by_chance", "--only", "time", "--max-time", "1s", code=MEASURED)

    def test_a_case_a_size_and_the_placement_in_the_result(self):
        base = self.variant("base")
        traffic = os.path.join(SOURCE, "pcaps", "udp_64.pcap")
        self.tool("compare", base, base, "--pcap", traffic, "--size", "64,imix", "--flows", "10", "--max-time", "2s",
                  "--json", "out.json", code=MEASURED)
        cases = self.read_json()["cases"]
        self.assertEqual([case["name"] for case in cases],
                         [f"{mode}/size:{size}/flows:10" for size in ("64", "imix") for mode in ("test_run", "native")])
        self.assertEqual([case["placement"] for case in cases], ["test_run", "shared"] * 2)
        for case in cases:
            self.assertEqual((case["outcome"], case["flows"]), ("passed", 10), case["message"])
            self.assertEqual(case["longest_frame_bytes"], 60 if case["size"] == "64" else 1514)
        if len(os.sched_getaffinity(0)) < 2:
            return
        self.tool("compare", base, base, "--pcap", traffic, "--placement", "separate", "--only", "throughput",
                  "--max-time", "1s", "--json", "out.json", code=MEASURED)
        case, = self.read_json()["cases"]
        self.assertEqual((case["name"], case["placement"]), ("native/separate", "separate"))
        self.assertNotEqual(case["cpu"], case["generator_cpu"])
        self.assertIn(case["bound"], ("program", "generator"))

    def test_usage(self):
        base = self.variant("base")
        for options, told in ((["--max-time", "0s"], "--max-time"), (["--alpha", "80%"], "--alpha"),
                              (["--threshold", "x"], "--threshold"), (["--only", "tme"], "--only"),
                              (["--mode", "nativ"], "did you mean native?"), (["--size", "9"], "--size 9"),
                              (["--size", "64,64"], "twice"), (["--flows", "0"], "--flows 0"),
                              (["--placement", "apart"], "no such placement")):
            self.assertIn(told, self.tool("compare", base, base, *options, code=2).stderr)
        self.assertIn("CONTENDER", self.tool("compare", base, code=2).stderr)
        self.tool("compare", base, "missing.o", code=2)


if __name__ == "__main__":
    main()
