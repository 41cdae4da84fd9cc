// SPDX-License-Identifier: GPL-2.0-only
/* Writes addresses, ports and protocol of every IPv4 packet into a ring buffer; every frame passes.
 */
#include "flow.h"
#include "xdp_counters.h"

const struct flow *unused __attribute__((unused)); /* keeps the type in BTF, for who reads events */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 16 * 1024 * 1024);
} events SEC(".maps");

__u64 events_lost; /* found the ring buffer full; by all CPUs */

SEC("xdp")
int extract_metadata(struct xdp_md *ctx)
{
    struct flow flow;

    if (read_flow(ctx, &flow) && bpf_ringbuf_output(&events, &flow, sizeof(flow), 0))
        __sync_fetch_and_add(&events_lost, 1);
    return count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
