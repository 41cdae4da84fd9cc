"""Programs that redirect to AF_XDP sockets: checks, replays, benches, and the program of another loader."""

from harness import MEASURED, TOOL, Case, VethCase, fixture, main

RINGS = ("xsk_rx_ring_full", "xsk_fill_ring_empty", "xsk_too_long")
EVERY_OTHER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_XSKMAP); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } socks SEC(".maps");
__u32 number = 0;
SEC("xdp") int every_other(struct xdp_md *ctx)
{
    return bpf_redirect_map(&socks, number++ % 2 ? 3 : ctx->rx_queue_index, XDP_ABORTED);
}
char _license[] SEC("license") = "GPL";
"""


class AfXdp(Case):
    def test_the_reference_program_passes_in_both_modes(self):
        done = self.tool("--prog", "xsk_redirect", "--mode", "generic,native", "--only", "check,replay", "--json", "out.json")
        self.assertIn("280 delivered to 1 AF_XDP socket (copy)", done.stdout)
        replays = self.read_json()["replays"]
        self.assertEqual([replay["mode"] for replay in replays], ["generic", "native"])
        for replay in replays:
            self.assertEqual([replay["xsk"]["frames"], replay["passed"], replay["losses"]], [280, 720, {}])
            self.assertEqual([replay["xsk"]["sockets"], replay["xsk"]["mode"]], [1, "copy"])

    def test_frames_that_differ_fail(self):
        self.write_text("wrong.yaml", "name: wrong\nabout: x\nprogram: xsk_redirect\nreplay:\n  topology: pair\n  traffic: udp_64.pcap#0-9\n"
                   "  expect: { XDP_REDIRECT: 10, sockets: udp_64.pcap#1-10 }\n")
        done = self.tool("--scenario", "wrong.yaml", "--only", "replay", code=1)
        self.assertIn("delivered to AF_XDP sockets", done.stdout)

    def test_a_program_that_counts_nothing_is_accounted_for(self):
        self.tool("--prog", fixture("xsk"), "--pcap", "mixed.pcap", "--mode", "generic,native", "--only", "check,replay", "--json", "out.json")
        for replay in self.read_json()["replays"]:
            self.assertEqual([replay["xsk"]["frames"], replay["actions"]["XDP_REDIRECT"]], [1000, 1000])

    def test_an_empty_entry_is_a_failed_redirect_and_no_ring(self):
        self.compile(EVERY_OTHER)
        self.tool("--prog", "./mine.o", "--only", "replay", "--json", "out.json")
        replay = self.read_json()["replays"][0]
        self.assertEqual([replay["xsk"]["frames"], replay["accounted_for"]], [500, True])
        self.assertFalse(set(replay["losses"]) & set(RINGS), replay["losses"])

    def test_zero_copy_on_a_veth_is_skipped_with_the_reason(self):
        done = self.tool("--prog", "xsk_redirect", "--only", "replay", "--xsk-mode", "zero-copy", code=4)
        self.assertIn("in zero-copy mode", done.stdout)
        done = self.tool("--prog", "xsk_redirect", "--only", "replay", "--xsk-mode", "zerocopy", code=2)
        self.assertIn("zero-copy", done.stderr)

    def test_a_bench_measures_the_way_to_user_space(self):
        done = self.tool("--prog", "xsk_redirect", "--mode", "generic,native", "--only", "bench", "--duration", "50ms", "--rounds", "2",
                         "--json", "out.json", code=MEASURED)
        benches = [bench for bench in self.read_json()["benches"] if bench["mode"] != "test_run"]
        self.assertEqual(len(benches), 2, done.stdout)
        for bench in benches:
            redirected = bench["actions"]["XDP_REDIRECT"]
            dropped = sum(bench["losses"].get(ring, 0) for ring in RINGS)
            self.assertEqual(bench["xsk"]["frames"] + dropped, redirected)
            self.assertGreater(redirected, 0)
            self.assertGreaterEqual(bench["xsk"]["frames"], bench["xsk"]["batches"])
            self.assertGreater(bench["xsk"]["wakeups"], 0)
        self.assertIn("frames per batch", done.stdout)


class Ports(VethCase):
    def test_the_map_of_another_loader_gets_sockets_if_that_is_allowed(self):
        pin = f"/sys/fs/bpf/{self.netns}"
        script = (f"mount -t bpf bpf /sys/fs/bpf; bpftool prog loadall {fixture('xsk')} {pin}; "
                  f"{TOOL} --prog pinned:{pin}/xsk --only replay --pcap udp_64.pcap")
        done = self.inside("unshare", "--mount", "sh", "-c", script, code=2)
        self.assertIn("AF_XDP sockets", done.stderr)
        done = self.inside("unshare", "--mount", "sh", "-c", script + " --allow-state-changes")
        self.assertIn("1,000 delivered to 1 AF_XDP socket", done.stdout)

    def test_benches_in_turn_share_the_map_of_another_loader(self):
        pin = f"/sys/fs/bpf/{self.netns}"
        script = (f"mount -t bpf bpf /sys/fs/bpf; bpftool prog loadall {fixture('xsk')} {pin}; "
                  f"{TOOL} --prog pinned:{pin}/xsk --only bench --mode generic,native --duration 50ms --rounds 2 --pcap udp_64.pcap "
                  "--allow-state-changes --json out.json")
        done = self.inside("unshare", "--mount", "sh", "-c", script, code=MEASURED)
        self.assertNotIn("another process", done.stdout)
        benches = self.read_json()["benches"]
        self.assertEqual([bench["mode"] for bench in benches], ["test_run", "generic", "native"])
        for bench in benches:
            self.assertIn(bench["outcome"], ("passed", "invalid"), bench["message"])
            self.assertEqual(bench["action"], "XDP_REDIRECT")
            self.assertEqual([key for key, frames in bench["actions"].items() if frames], ["XDP_REDIRECT"])
        for bench in benches[1:]:
            self.assertGreater(bench["xsk"]["frames"], 0, bench["mode"])

    def test_what_sockets_get_over_ports_is_no_loss(self):
        self.inside("ethtool", "-K", "port1", "gro", "off")
        ports = ("--prog", "xsk_redirect", "--mode", "native", "--dev", "port1", "--peer", "port0", "--json", "out.json")
        self.inside(TOOL, *ports, "--only", "replay")
        replay = self.read_json()["replays"][0]
        self.assertEqual([replay["xsk"]["frames"], replay["passed"], replay["losses"]], [280, 720, {}])
        done = self.inside(TOOL, *ports, "--only", "bench", "--duration", "50ms", "--rounds", "2", code=MEASURED)
        self.assertNotIn("that the program redirected arrived", done.stdout)
        bench = [bench for bench in self.read_json()["benches"] if bench["mode"] == "native"][0]
        self.assertGreater(bench["actions"]["XDP_REDIRECT"], 0)

    def test_qualify_binds_sockets_to_every_queue(self):
        self.inside(TOOL, "qualify", "--dev", "port1", "--peer", "port0", "--json", "out.json", "--", "--gtest_filter=*redirect.xsk*")
        found = {case["name"]: case for case in self.read_json()["cases"]}
        self.assertEqual([found["xsk_copy"]["finding"], found["xsk_zero_copy"]["finding"]], ["PASS", "SKIP"])
        self.assertIn("queue 0: 256", found["xsk_copy"]["message"])


if __name__ == "__main__":
    main()
