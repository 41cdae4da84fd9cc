// SPDX-License-Identifier: GPL-2.0-only
/* Tells user space of every ICMP packet over IPv4, at once, and drops those from or to an address
 * that user space has blocked, which it may do at any time. Everything else passes.
 *
 * Fragments are packets of their own here. One or two VLAN tags and IP options make no difference.
 */
#include <linux/in.h>

#include "packet_headers.h"
#include "xdp_counters.h"

struct event {
    __be32 source;
    __be32 destination;
};
const struct event *unused
    __attribute__((unused)); /* keeps the type in BTF, for who reads events */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 64 * 1024);
} events SEC(".maps");

__u64 events_lost; /* found the ring buffer full; by all CPUs */

/* An address that has an entry is blocked, whatever its value. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __be32);
    __type(value, __u8);
} blocked SEC(".maps");

static __always_inline int filter(struct xdp_md *ctx)
{
    struct event event;
    struct iphdr *ip;

    if (!find_ipv4(ctx, &ip) || ip->protocol != IPPROTO_ICMP)
        return XDP_PASS;
    event.source = ip->saddr;
    event.destination = ip->daddr;
    if (bpf_ringbuf_output(&events, &event, sizeof(event), BPF_RB_FORCE_WAKEUP))
        __sync_fetch_and_add(&events_lost, 1);
    if (bpf_map_lookup_elem(&blocked, &event.source) ||
        bpf_map_lookup_elem(&blocked, &event.destination))
        return XDP_DROP;
    return XDP_PASS;
}

SEC("xdp")
int detect_ping(struct xdp_md *ctx)
{
    return count(ctx, filter(ctx));
}

char LICENSE[] SEC("license") = "GPL";
