// SPDX-License-Identifier: GPL-2.0-only
/* Drops IPv4 from one source address, which user space may change at any time; everything else
 * passes. One or two VLAN tags, IP options and fragments make no difference.
 */
#include "offload.h"
#include "packet_headers.h"
#include "xdp_counters.h"

/* The address. 0.0.0.0, which it is at first, stands for none: packets of hosts that have no
 * address yet (DHCP) come from it. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __be32);
} ip SEC(".maps");

/* Packets dropped, by each CPU. */
struct {
    __uint(type, MAP_TYPE_COUNTER);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} drops SEC(".maps");

static __always_inline int filter(struct xdp_md *ctx)
{
    struct iphdr *header;
    const __be32 *address;
    __u64 *dropped;
    __u32 zero = 0;

    if (!find_ipv4(ctx, &header))
        return XDP_PASS;
    address = bpf_map_lookup_elem(&ip, &zero);
    if (!address || !header->saddr || header->saddr != *address)
        return XDP_PASS;
    dropped = bpf_map_lookup_elem(&drops, &zero);
    if (dropped)
        COUNT_UP(dropped);
    return XDP_DROP;
}

SEC("xdp")
int ip_filter(struct xdp_md *ctx)
{
    return count(ctx, filter(ctx));
}

char LICENSE[] SEC("license") = "GPL";
