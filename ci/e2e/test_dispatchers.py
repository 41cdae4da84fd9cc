"""Programs behind a dispatcher, as xdp-loader attaches them: all of them through dev:IF, each alone through dev:IF/NAME and id:."""

import json
import unittest

from harness import TOOL, VethCase, main, reference

PINS = "/sys/fs/bpf"
ALLOW = "--allow-state-changes"
LONG_NAME = "counts_nothing_and_drops_every_frame"  # the kernel keeps 15 characters
DROP = f"""
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
SEC("xdp") int {LONG_NAME}(struct xdp_md *ctx) {{ return XDP_DROP; }}
char _license[] SEC("license") = "GPL";
"""
# What mixed.pcap holds: 236 frames of IPv6, and 50 others to port 8080.
BOTH = "286 XDP_DROP, 714 XDP_PASS"
IPV6, PORT_8080 = "236 XDP_DROP, 764 XDP_PASS", "50 XDP_DROP, 950 XDP_PASS"


class Dispatchers(VethCase):
    def behind(self, *objects, script):
        """Loads the objects behind a dispatcher on port0, runs the script, and unloads them; a BPF file system of its own. Skips
        where the kernel refuses to put a program in the place of another's function."""
        load = f"xdp-loader load -m native port0 {' '.join(objects)}"
        done = self.inside("unshare", "--mount", "sh", "-c",
                           f"mount -t bpf bpf {PINS}; {load} >loaded.txt 2>&1 && xdp-loader status port0 >>loaded.txt 2>&1; {script}\n"
                           "status=$?; xdp-loader unload port0 --all >/dev/null 2>&1; exit $status", code=tuple(range(256)))
        if "xdp_dispatcher" not in self.read_text("loaded.txt"):
            last = self.read_text("loaded.txt").strip().splitlines()[-1]
            raise unittest.SkipTest(f"xdp-loader attaches no dispatcher on this kernel (freplace is refused): {last}")
        return done

    def two(self, script, code=0):
        return self.expect(code, self.behind(reference("drop_ipv6"), reference("drop_port_8080"), script=script))

    def test_all_of_them(self):
        done = self.two(f"{TOOL} --prog dev:port0 --only check,replay --mode generic,native {ALLOW}")
        self.assertEqual(done.stdout.count(BOTH), 3, done.stdout)
        self.assertIn("dev:port0 is a dispatcher; the programs behind it: drop_ipv6 (id ", done.stdout)
        self.assertIn(", drop_port_8080 (id ", done.stdout)

    def test_each_alone(self):
        for name, verdicts in (("drop_ipv6", IPV6), ("drop_port_8080", PORT_8080)):
            with self.subTest(name=name):
                done = self.two(f"{TOOL} --prog dev:port0/{name} --only check,replay {ALLOW} --json out.json")
                self.assertEqual(done.stdout.count(verdicts), 2, done.stdout)
                self.assertEqual(self.read_json()["programs"][0]["function"], name)

    def test_one_by_its_id(self):
        ids = 'bpftool -j prog list >all.json; id=$(python3 -c \'import json; print(max(p["id"] for p in json.load(open("all.json")) ' \
              'if p["type"] == "ext" and p["name"] == "drop_ipv6"))\'); '
        done = self.two(f"{ids} {TOOL} --prog id:$id --only check,replay {ALLOW}; {TOOL} --prog dev:port0/$id --only check {ALLOW}")
        self.assertEqual(done.stdout.count(IPV6), 3, done.stdout)

    def test_what_they_change_needs_permission(self):
        done = self.two(f"{TOOL} --prog dev:port0 --only check", code=2)
        self.assertEqual(done.stderr.count("xdp_counters (percpu_array, id "), 2, done.stderr)
        self.assertIn(ALLOW, done.stderr)

    def test_an_unknown_name_is_told(self):
        done = self.two(f"{TOOL} --prog dev:port0/drop_ipv --only check", code=2)
        self.assertIn("calls no program drop_ipv", done.stderr)
        self.assertIn("drop_ipv6", done.stderr)

    def test_a_long_name(self):
        self.compile(DROP, "drops")
        done = self.behind(reference("drop_ipv6"), "drops.o", script=f"{TOOL} --prog dev:port0/{LONG_NAME} --only check {ALLOW}")
        self.expect(0, done)
        self.assertIn("1,000 XDP_DROP", done.stdout)

    def test_end_to_end_rates(self):
        """Newer kernels let no such program be tail-called from a loop: that is no error."""
        self.two(f"{TOOL} --prog dev:port0/drop_ipv6 --only bench --mode native --duration 20ms --rounds 1 {ALLOW} --json out.json",
                 code=(0, 3))
        for case in self.read_json()["cases"]:
            self.assertNotEqual(case["outcome"], "error", case["message"])
            if case["outcome"] == "skipped":
                self.assertIn("--mode native", case["message"])

    def test_the_interface_keeps_its_dispatcher(self):
        script = f"bpftool -j net show dev port0 >before.json; {TOOL} --prog dev:port0/drop_ipv6 --only check,replay {ALLOW}; " \
                 "bpftool -j net show dev port0 >after.json"
        self.two(script)
        before, after = (json.loads(self.read_text(name)) for name in ("before.json", "after.json"))
        self.assertTrue(before[0]["xdp"])
        self.assertEqual(before[0]["xdp"], after[0]["xdp"])


if __name__ == "__main__":
    main()
