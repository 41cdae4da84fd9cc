"""Programs that others have loaded: with bpftool, ip link and xdp-loader, and run through --prog."""

import json
import subprocess
import sys

from harness import SOURCE, TOOL, PinnedCase, fixture, main, reference

ALLOW = "--allow-state-changes"
WRITER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_HASH); __uint(max_entries, 16); __type(key, __u32); __type(value, __u64); } seen SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u64); } sums SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 4); __type(key, __u32); __type(value, __u32); } config SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_RINGBUF); __uint(max_entries, 4096); } events SEC(".maps");
__u64 total = 0;
SEC("xdp") int writer(struct xdp_md *ctx)
{
    __u32 zero = 0, *verdict = bpf_map_lookup_elem(&config, &zero);
    __u64 one = 1, *sum = bpf_map_lookup_elem(&sums, &zero);
    if (sum)
        *sum += 1;
    total++;
    bpf_map_update_elem(&seen, &zero, &one, BPF_ANY);
    bpf_ringbuf_output(&events, &one, sizeof(one), 0);
    return verdict && *verdict ? (int)*verdict : XDP_PASS;
}
char _license[] SEC("license") = "GPL";
"""

TAIL_CALLER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
struct { __uint(type, BPF_MAP_TYPE_PROG_ARRAY); __uint(max_entries, 4); __uint(key_size, 4); __uint(value_size, 4); } calls SEC(".maps");
struct { __uint(type, BPF_MAP_TYPE_ARRAY); __uint(max_entries, 1); __type(key, __u32); __type(value, __u64); } counted SEC(".maps");
SEC("xdp") int caller(struct xdp_md *ctx) { bpf_tail_call(ctx, &calls, 1); return XDP_ABORTED; }
SEC("xdp") int called(struct xdp_md *ctx)
{
    __u32 zero = 0;
    __u64 *count = bpf_map_lookup_elem(&counted, &zero);
    if (count)
        __sync_fetch_and_add(count, 1);
    return XDP_DROP;
}
char _license[] SEC("license") = "GPL";
"""


class LoadedPrograms(PinnedCase):
    def judged(self, output):
        self.assertIn("all frames accounted for", output)

    def test_loaded_by_bpftool(self):
        load = f"bpftool prog loadall {reference('drop_ipv6')} {self.pins}; "
        path = f"{self.pins}/drop_ipv6"
        done = self.shell(load + f"{TOOL} --prog pinned:{path} --only check,replay {ALLOW} --json out.json")
        self.judged(done.stdout)
        self.assertIn("236 XDP_DROP, 764 XDP_PASS", done.stdout)
        program = self.read_json()["programs"][0]
        self.assertEqual(program["function"], "drop_ipv6")
        id_of = f"$(bpftool -j prog show pinned {path} | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"id\"])')"
        self.judged(self.shell(load + f"{TOOL} --prog id:{id_of} --only replay {ALLOW}").stdout)
        done = self.shell(load + f"{TOOL} --scenario {SOURCE}/scenarios/drop_ipv6.yaml --prog pinned:{path} --only check,replay "
                          f"{ALLOW} --restore-state")
        self.assertIn("checks", done.stdout)
        self.assertNotIn("failed", done.stdout)

    def test_by_tag(self):
        script = f"bpftool prog loadall {fixture('plain')} {self.pins}; " \
                 f"tag=$(bpftool -j prog show pinned {self.pins}/plain | python3 -c 'import json,sys; print(json.load(sys.stdin)[\"tag\"])'); "
        done = self.shell(script + f"{TOOL} --prog tag:$tag --only check,replay", code=(0, 2))
        if done.returncode == 2:  # somebody else has the same program
            self.assertIn("name one of them: id:", done.stderr)
        self.assertIn("there is no program with tag", self.shell(f"{TOOL} --prog tag:0123456789abcdef", code=2).stderr)

    def test_attached_by_ip_link(self):
        self.inside("ip", "link", "set", "dev", "port0", "xdpgeneric", "obj", reference("drop_ipv6"), "sec", "xdp")
        for parts in (["check,replay"], ["bench", "--duration", "50ms", "--rounds", "2"]):
            done = self.inside(TOOL, "--prog", "dev:port0", ALLOW, "--only", *parts, code=(0, 3))
            self.assertIn("drop_ipv6", done.stdout)
        shown = json.loads(subprocess.run(["ip", "-n", self.netns, "-j", "link", "show", "port0"], capture_output=True, text=True,
                                          check=True).stdout)
        self.assertTrue(shown[0]["xdp"]["prog"]["id"])

    def test_attached_by_xdp_loader(self):
        load = f"xdp-loader load port0 {reference('drop_ipv6')} -m native -s xdp >/dev/null 2>&1; "
        unload = "xdp-loader unload port0 --all"
        done = self.shell(load + f"{TOOL} --prog dev:port0 --only check,replay {ALLOW}; {unload}")
        self.judged(done.stdout)
        dispatcher = "is a dispatcher" in done.stdout
        one = self.shell(load + f"{TOOL} --prog dev:port0/drop_ipv6 --only check,replay {ALLOW} || echo refused; {unload}")
        if dispatcher:
            self.assertIn("236 XDP_DROP, 764 XDP_PASS", one.stdout)
        else:  # a kernel that loads no programs for a dispatcher
            self.assertIn("is no dispatcher", one.stderr)

    def test_what_a_program_changes_is_listed_and_needs_permission(self):
        writer = self.compile(WRITER, "writer")
        load = f"bpftool prog loadall {writer} {self.pins} pinmaps {self.pins}; "
        run = f"{TOOL} --prog pinned:{self.pins}/writer --only check,replay "
        done = self.shell(load + run, code=2)
        for line in ("seen (hash, id", "sums (array, id", "events (ringbuf, id", "bss (array, id", ALLOW):
            self.assertIn(line, done.stderr)
        self.assertNotIn("config", done.stderr)
        self.assertNotIn("cannot be told", done.stderr)
        def dumped(name):
            return [entry["formatted"]["value"] for entry in self.read_json(name)]

        dump = "".join(f"bpftool -j map dump pinned {self.pins}/{name} >{name}.json; " for name in ("sums", "seen"))
        self.shell(load + run + f"{ALLOW}; {dump}")
        self.assertGreater(dumped("sums.json")[0], 1000)
        self.assertEqual(dumped("seen.json"), [1])
        before = f"bpftool map update pinned {self.pins}/sums key 2 0 0 0 value 5 0 0 0 0 0 0 0; "
        self.shell(load + before + run + f"{ALLOW} --restore-state; {dump}")
        self.assertEqual(dumped("sums.json"), [0, 0, 5, 0])
        self.assertEqual(dumped("seen.json"), [])

    def test_maps_of_programs_that_are_tail_called_are_restored(self):
        load = f"bpftool prog loadall {self.compile(TAIL_CALLER, 'caller')} {self.pins} pinmaps {self.pins}; " \
               f"bpftool map update pinned {self.pins}/calls key 1 0 0 0 value pinned {self.pins}/called; "
        dump = f"; bpftool -j map dump pinned {self.pins}/counted >counted.json"
        for options, count in (("", 1000), (" --restore-state", 0)):
            done = self.shell(load + f"{TOOL} --prog pinned:{self.pins}/caller --only check {ALLOW}{options}{dump}")
            value = self.read_json("counted.json")[0]["formatted"]["value"]
            (self.assertEqual if options else self.assertGreaterEqual)(value, count)
        self.assertIn("1 map entry saved", done.stdout)

    def test_an_interrupted_run_restores_what_it_changed(self):
        """What a user stops with Ctrl-C had counted in maps that others own."""
        load = f"bpftool prog loadall {self.compile(WRITER, 'writer')} {self.pins} pinmaps {self.pins}; " \
               f"bpftool map update pinned {self.pins}/sums key 2 0 0 0 value 5 0 0 0 0 0 0 0; "
        dump = "".join(f"bpftool -j map dump pinned {self.pins}/{name} >{name}.json; " for name in ("sums", "seen"))
        for number in ("INT", "TERM"):
            done = self.shell(load + f"timeout --signal {number} --preserve-status 2 {TOOL} --prog pinned:{self.pins}/writer --only bench "
                              f"--budget 20s {ALLOW} --restore-state || code=$?; {dump}exit $code", code=130)
            self.assertNotIn("cannot restore", done.stderr)
            for name, values in (("sums", [0, 0, 5, 0]), ("seen", [])):
                self.assertEqual([entry["formatted"]["value"] for entry in self.read_json(f"{name}.json")], values, f"{name}, {number}")

    def test_maps_of_others_are_not_written_to(self):
        load = f"bpftool prog loadall {self.compile(WRITER, 'writer')} {self.pins}; "
        run = f"{TOOL} --prog pinned:{self.pins}/writer --only check "
        self.assertIn(ALLOW, self.shell(load + run + "--set 'config[0]=1'", code=2).stderr)
        done = self.shell(load + run + f"--set 'config[0]=1' {ALLOW}")
        self.assertIn("1,000 XDP_DROP", done.stdout)

    def test_attach_record_and_compare(self):
        load = f"bpftool prog loadall {reference('drop_ipv6')} {self.pins}; "
        name = f"pinned:{self.pins}/drop_ipv6"
        done = self.shell(load + f"{TOOL} attach --prog {name} --dev port0 --duration 200ms --interval 100ms {ALLOW}")
        self.assertIn("drop_ipv6", done.stdout)
        done = self.shell(load + f"{TOOL} record --prog {name} --pcap {SOURCE}/pcaps/drop_ipv6_checks.pcap -o mine.yaml {ALLOW}; "
                   f"{TOOL} --scenario mine.yaml --only check {ALLOW} --restore-state")
        self.assertIn("maps that others use are not recorded", done.stdout)
        self.assertIn(f"loaded: {name}", self.read_text("mine.yaml").replace('"', ""))
        done = self.shell(load + f"{TOOL} compare {name} {reference('drop_ipv6')} --only time --max-time 1s {ALLOW} --json out.json",
                          code=(0, 1, 3))
        self.assertIn("drop_ipv6", done.stdout)

    def test_the_new_program_of_a_comparison_begins_with_the_live_state(self):
        self.compile(WRITER.replace("XDP_PASS", "XDP_DROP"), "writer")
        load = f"bpftool prog loadall writer.o {self.pins} pinmaps {self.pins}; " \
               f"bpftool map update pinned {self.pins}/config key 0 0 0 0 value 3 0 0 0; "  # XDP_TX
        compare = f"{TOOL} compare pinned:{self.pins}/writer writer.o --only time --max-time 1s {ALLOW} --json out.json"
        done = self.shell(load + compare, code=(0, 1, 3))
        self.assertIn("writer.o begins with the content of the maps of pinned:", done.stdout)
        for copied in ("config (4 entries)", "sums (4 entries)", "seen (0 entries)", "not copied: events (a map of this type)"):
            self.assertIn(copied, done.stdout)
        # Without that the new one drops what the old one sends back: other verdicts, and no comparison.
        self.assertEqual(self.read_json("out.json")["cases"][0]["action"], "XDP_TX")

    def test_frames_that_a_running_program_handles_elsewhere_are_not_the_tools(self):
        self.inside("ip", "link", "set", "dev", "port0", "xdpdrv", "obj", reference("drop_ipv6"), "sec", "xdp")
        frame = bytes.fromhex("ffffffffffff02000000000186dd").hex().ljust(128, "0")  # IPv6: dropped and counted
        flood = subprocess.Popen(["ip", "netns", "exec", self.netns, sys.executable, "-c",
                                  "import socket, time\n"
                                  "s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)\n"
                                  "s.bind(('port1', 0))\n"
                                  f"while True: s.send(bytes.fromhex('{frame}')); time.sleep(0.001)"])
        try:
            done = self.inside(TOOL, "compare", "dev:port0", reference("drop_ipv6"), "--only", "time", "--max-time", "1s", ALLOW,
                               "--json", "out.json", code=(0, 1, 3))
            self.assertNotIn("unaccounted", done.stdout + done.stderr)
            for case in self.read_json("out.json")["cases"]:
                self.assertEqual((case["outcome"], case.get("message", "")), ("passed", ""))
            done = self.inside(TOOL, "--prog", "dev:port0", "--mode", "native", "--only", "replay,bench", ALLOW, "--duration", "50ms",
                               "--rounds", "2", code=(0, 3))
            self.judged(done.stdout)
            self.assertNotIn("unaccounted", done.stdout + done.stderr)
        finally:
            flood.kill()
            flood.wait()

    def test_nothing_to_restore_is_a_usage_error(self):
        for command in (("--prog", "xdp_drop"), ("compare", "xdp_drop", "xdp_drop"),
                        ("record", "--prog", "xdp_drop", "--pcap", "udp_64.pcap", "-o", "a.yaml")):
            self.assertIn("--restore-state goes with a loaded program", self.tool(*command, "--restore-state", code=2).stderr)

    def test_what_cannot_work_is_refused_with_the_reason(self):
        self.assertIn("there is no program with id 4294967295", self.tool("--prog", "id:4294967295", code=2).stderr)
        self.assertIn("id:x is no number", self.tool("--prog", "id:x", code=2).stderr)
        self.assertIn("No such file", self.tool("--prog", "pinned:/nosuch", code=2).stderr)
        self.assertIn("no XDP program is attached to port0", self.inside(TOOL, "--prog", "dev:port0", code=2).stderr)
        load = f"bpftool prog loadall {self.compile(WRITER, 'writer')} {self.pins} pinmaps {self.pins}; "
        self.assertIn("is a map, not a program", self.shell(load + f"{TOOL} --prog pinned:{self.pins}/sums", code=2).stderr)
        other = self.compile('#include <linux/bpf.h>\n#include <bpf/bpf_helpers.h>\n'
                             'SEC("tc") int other(struct __sk_buff *skb) { return 0; }\nchar _license[] SEC("license") = "GPL";', "other")
        done = self.shell(f"bpftool prog load {other} {self.pins}; {TOOL} --prog pinned:{self.pins}", code=2)
        self.assertIn("is no XDP program", done.stderr)
        self.assertIn("of type sched_cls", done.stderr)


if __name__ == "__main__":
    main()
