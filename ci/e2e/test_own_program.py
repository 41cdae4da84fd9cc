"""The user's own program: objects of all kinds."""

import os
import subprocess

from harness import BUILD, SOURCE, Case, main


def fixture(name):
    return os.path.join(BUILD, "fixtures", f"{name}.bpf.o")


class Objects(Case):
    def test_each_kind_is_checked_replayed_and_benched(self):
        short = ("--mode", "generic,native", "--rounds", "1", "--duration", "50ms", "--pcap", os.path.join(SOURCE, "pcaps", "udp_64.pcap"))
        for name, action in (("tail_calls.bpf.o:entry", "XDP_DROP"), ("plain.stripped.bpf.o", "XDP_DROP"),
                             ("pinned.bpf.o", "XDP_PASS"), ("frags.bpf.o", "XDP_DROP"), ("companions.bpf.o", "XDP_PASS")):
            with self.subTest(name=name):
                done = self.tool("--prog", os.path.join(BUILD, "fixtures", name), *short)
                self.assertIn(f"1,000 frames, nothing judged: 1,000 {action}", done.stdout)
                self.assertIn("the books balance", done.stdout)
                self.assertIn("median", done.stdout)
        self.assertFalse(os.path.exists("/sys/fs/bpf/xdp_bench_pin"))

    def test_pinned_maps_only_if_asked_for(self):
        # In a mount namespace of its own: nothing appears in the machine's BPF file system.
        tool = f"{os.environ['XDP_BENCH']} --prog {fixture('pinned')} --only check --json out.json"
        script = f"mount -t bpf bpf /sys/fs/bpf && {tool} && test ! -e /sys/fs/bpf/xdp_bench_pin && {tool} --pin-maps && test -e /sys/fs/bpf/xdp_bench_pin"
        done = subprocess.run(["unshare", "-m", "sh", "-c", script], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_cannot_be_taken(self):
        done = self.tool("--prog", fixture("companions") + ":on_the_device", code=2)
        self.assertIn('SEC("xdp/devmap")', done.stderr)
        self.assertIn("__uint(type, BPF_MAP_TYPE_HASH);", self.tool("--prog", fixture("legacy_maps"), code=2).stderr)


if __name__ == "__main__":
    main()
