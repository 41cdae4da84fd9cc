"""Programs that read what a card found out about a frame: bound to the veth, checked with known values."""

from harness import Case, MEASURED, main

READER = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum xdp_rss_hash_type { UNKNOWN };
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type) __ksym;
__u32 seen;
SEC("xdp") int reader(struct xdp_md *ctx)
{
    enum xdp_rss_hash_type type = UNKNOWN;
    return bpf_xdp_metadata_rx_hash(ctx, &seen, &type) ? XDP_ABORTED : XDP_TX;
}
char _license[] SEC("license") = "GPL";
"""
TO_SOCKETS = """
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>
enum xdp_rss_hash_type { UNKNOWN };
extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type) __ksym;
struct { __uint(type, BPF_MAP_TYPE_XSKMAP); __uint(key_size, 4); __uint(value_size, 4); __uint(max_entries, 4); } sockets SEC(".maps");
SEC("xdp") int mine(struct xdp_md *ctx)
{
    enum xdp_rss_hash_type type = UNKNOWN;
    __u32 hash = 0;
    bpf_xdp_metadata_rx_hash(ctx, &hash, &type);
    return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_PASS);
}
char _license[] SEC("license") = "GPL";
"""
SCENARIO = """name: reader
about: the hash of a card
program: { object: mine.o }
checks:
  - name: ports
    steps: [ { in: 'scapy: Ether()/IP(dst="198.18.0.2")/UDP(sport=3, dport=5)/("x" * 30)', expect: { action: XDP_TX, out: unchanged } } ]
    expect: { globals: { seen: VALUE } }
"""


def kernel_has_it():
    with open("/proc/kallsyms", encoding="ascii") as symbols:
        return "bpf_xdp_metadata_rx_hash" in symbols.read()


class WithoutRxMetadata(Case):
    def setUp(self):
        super().setUp()
        if kernel_has_it():
            self.skipTest("this kernel has bpf_xdp_metadata_rx_hash")

    def test_nothing_is_expected_of_what_cannot_be_read(self):
        done = self.tool("--prog", "rx_metadata", "--mode", "native", "--only", "check,replay", code=4)
        self.assertIn("this kernel has no bpf_xdp_metadata_rx_hash", done.stdout)
        self.assertIn("6 skipped", done.stdout)


class RxMetadata(Case):
    def setUp(self):
        super().setUp()
        if not kernel_has_it():
            self.skipTest("this kernel has no bpf_xdp_metadata_rx_hash")

    def test_the_reference_program_reads_what_the_card_tells(self):
        done = self.tool("--prog", "rx_metadata", "--mode", "native", "--only", "check,replay")
        self.assertIn("checks   5 passed", done.stdout)
        self.assertIn("replay   native passed", done.stdout)

    def test_it_is_timed_end_to_end(self):
        done = self.tool("--prog", "rx_metadata", "--mode", "native", "--only", "bench", "--duration", "20ms", "--rounds", "2", "--json", "out.json",
                         code=MEASURED)
        self.assertIn("skipped rx_metadata bench test_run", done.stdout)
        native, = (bench for bench in self.read_json()["benches"] if bench["mode"] == "native")
        self.assertIn(native["outcome"], ("passed", "invalid"), native["message"])
        self.assertEqual(native["action"], "XDP_PASS")

    def test_values_are_compared(self):
        self.compile(READER)
        self.write_text("mine.yaml", SCENARIO.replace("VALUE", str(3 << 16 | 5)))
        self.tool("--scenario", "mine.yaml", "--only", "check")
        self.write_text("mine.yaml", SCENARIO.replace("VALUE", "7"))
        self.assertIn("global seen: expected 7, got 196613", self.tool("--scenario", "mine.yaml", "--only", "check", code=1).stdout)

    def test_what_goes_to_sockets_is_checked_and_recorded(self):
        self.compile(TO_SOCKETS)
        self.tool("record", "--prog", "mine.o", "--scapy", 'Ether()/IP(dst="198.18.0.2")/UDP()/("x" * 30)', "-o", "mine.yaml")
        self.assertIn("action: XDP_REDIRECT", self.read_text("mine.yaml"))
        self.assertIn("1 passed", self.tool("--scenario", "mine.yaml", "--mode", "native", "--only", "check").stdout)

    def test_what_cannot_work_is_refused_with_the_reason(self):
        self.compile(READER)
        done = self.tool("--prog", "mine.o", "--mode", "generic,native", "--only", "replay")
        self.assertIn("reads rx metadata", done.stdout)
        self.assertIn("use --mode native", done.stdout)
        self.assertIn("1,000 XDP_TX", done.stdout)
        done = self.tool("--prog", "mine.o", "--mode", "native", "--duration", "20ms", "--rounds", "2")
        self.assertIn("so its verdicts are not counted", done.stdout)
        self.assertIn("1,000 XDP_TX", done.stdout)
        self.assertIn("name it in a scenario", done.stdout)  # a bench


if __name__ == "__main__":
    main()
