// SPDX-License-Identifier: GPL-2.0-only
/* The exit of IPv4-in-IPv4 tunnels (RFC 2003): takes the outer header off packets between two known
 * ends and hands what was in them to the network stack.
 *
 * The inner packet stays as it is, its TTL too: who forwards it takes one away. Only a congestion
 * mark that the outer header got on its way is carried over, or, if the inner packet's sender would
 * not understand it, the packet is dropped (RFC 6040). Whatever is not beyond doubt a whole, sound
 * packet in such a tunnel is left to the stack untouched.
 */
#include <linux/in.h>

#include "packet_headers.h"
#include "xdp_counters.h"

#define OUTER_END (ETH_HLEN + sizeof(struct iphdr))

/* The two last bits of the type of service: explicit congestion notification (RFC 3168). */
#define ECN_MASK 3
#define ECN_CONGESTION_EXPERIENCED 3

/* The outer header's addresses. */
struct tunnel {
    __be32 source;
    __be32 destination;
};

/* A tunnel that has an entry is open, whatever its value: without this, anybody who knows the
 * exit's address could send packets with any source past it. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct tunnel);
    __type(value, __u8);
} tunnels SEC(".maps");

/* Whether these are a sound outer header, without options and not of a fragment, and an inner one
 * that fits into it. */
static __always_inline int is_tunnelled(const struct xdp_md *ctx, struct iphdr *outer,
                                        const struct iphdr *inner)
{
    __u16 total = bpf_ntohs(outer->tot_len);
    __u16 inner_total = bpf_ntohs(inner->tot_len);

    if (outer->version != 4 || outer->ihl * 4 != sizeof(*outer) || outer->protocol != IPPROTO_IPIP)
        return 0;
    if (outer->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET))
        return 0;
    if (ETH_HLEN + total > frame_length(ctx) || sizeof(*outer) + inner_total > total)
        return 0;
    if (inner->version != 4 || inner->ihl * 4 < sizeof(*inner) || inner_total < inner->ihl * 4)
        return 0;
    return ip_checksum(outer) == 0;
}

/* Carries a congestion mark over. Whether the packet may go on. */
static __always_inline int carry_congestion(const struct iphdr *outer, struct iphdr *inner)
{
    __u8 mark = inner->tos & ECN_MASK;

    if ((outer->tos & ECN_MASK) != ECN_CONGESTION_EXPERIENCED || mark == ECN_CONGESTION_EXPERIENCED)
        return 1;
    if (mark == 0) /* loss is the only sign of congestion that its sender understands */
        return 0;
    update_ip_checksum(inner, 0xffff - (ECN_CONGESTION_EXPERIENCED - mark));
    inner->tos |= ECN_CONGESTION_EXPERIENCED;
    return 1;
}

static __always_inline int decapsulate(struct xdp_md *ctx)
{
    struct ethhdr *eth = frame_start(ctx);
    struct iphdr *outer = (void *)eth + ETH_HLEN;
    struct iphdr *inner = (void *)eth + OUTER_END;
    struct tunnel tunnel;

    if (!frame_has(ctx, OUTER_END + sizeof(*inner)))
        return XDP_PASS;
    if (eth->h_proto != bpf_htons(ETH_P_IP) || !is_tunnelled(ctx, outer, inner))
        return XDP_PASS;
    tunnel = (struct tunnel){.source = outer->saddr, .destination = outer->daddr};
    if (!bpf_map_lookup_elem(&tunnels, &tunnel))
        return XDP_PASS;
    if (!carry_congestion(outer, inner))
        return XDP_DROP;

    copy_mac((void *)eth + sizeof(*outer) + ETH_ALEN, eth->h_source);
    copy_mac((void *)eth + sizeof(*outer), eth->h_dest);
    ((struct ethhdr *)((void *)eth + sizeof(*outer)))->h_proto = bpf_htons(ETH_P_IP);
    if (bpf_xdp_adjust_head(ctx, sizeof(*outer)))
        return XDP_ABORTED; /* never: what is cut off was there */
    return XDP_PASS;
}

SEC("xdp")
int ipip_decap(struct xdp_md *ctx)
{
    __u32 length = frame_length(ctx);

    return count_bytes(length, decapsulate(ctx));
}

char LICENSE[] SEC("license") = "GPL";
