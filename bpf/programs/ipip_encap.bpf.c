// SPDX-License-Identifier: GPL-2.0-only
/* The entrance of IPv4-in-IPv4 tunnels (RFC 2003): a packet to an address that has a tunnel gets an
 * outer header and leaves by the port it came in by, towards the tunnel's next hop.
 *
 * As any router does, it takes one from the packet's TTL. The outer header copies the type of
 * service, whose last two bits are the congestion mark (RFC 6040), and forbids fragmentation, so
 * that its identification need not be unique (RFC 6864). What must be answered or cut up (TTL at its
 * end, longer than the tunnel takes), is not sound, or carries a VLAN tag is the network stack's.
 */
#include <linux/in.h>

#include "packet_headers.h"
#include "xdp_counters.h"

#define OUTER_TTL 64
#define IP_DONT_FRAGMENT 0x4000

struct tunnel {
    __be32 source; /* of the outer header */
    __be32 destination;
    __u8 next_hop[ETH_ALEN]; /* MAC address that frames leave for */
    __u8 pad[2];
};

/* The longest packet that may leave, with the outer header; set before the program is loaded. */
const volatile __u16 mtu = 1500;

/* By the packet's destination. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __be32);
    __type(value, struct tunnel);
} tunnels SEC(".maps");

/* Whether the packet is whole and may be forwarded. */
static __always_inline int may_enter(const struct xdp_md *ctx, const struct ethhdr *eth,
                                     const struct iphdr *ip)
{
    __u16 total = bpf_ntohs(ip->tot_len);

    if (eth->h_dest[0] & 1) /* sent to a group of hosts, and so not to a router */
        return 0;
    if (ip->version != 4 || ip->ihl * 4 < sizeof(*ip) || total < ip->ihl * 4)
        return 0;
    if (ETH_HLEN + total > frame_length(ctx) || total + sizeof(*ip) > mtu)
        return 0;
    return ip->ttl > 1;
}

static __always_inline struct iphdr outer_header(const struct tunnel *tunnel,
                                                 const struct iphdr *inner)
{
    struct iphdr outer = {
        .version = 4,
        .ihl = sizeof(outer) / 4,
        .tos = inner->tos,
        .tot_len = bpf_htons(bpf_ntohs(inner->tot_len) + sizeof(outer)),
        .frag_off = bpf_htons(IP_DONT_FRAGMENT),
        .ttl = OUTER_TTL,
        .protocol = IPPROTO_IPIP,
        .saddr = tunnel->source,
        .daddr = tunnel->destination,
    };

    outer.check = ip_checksum(&outer);
    return outer;
}

static __always_inline int encapsulate(struct xdp_md *ctx)
{
    struct ethhdr *eth = frame_start(ctx);
    struct iphdr *ip = (void *)eth + ETH_HLEN;
    const struct tunnel *tunnel;
    struct iphdr outer;
    __be32 destination;

    if (!frame_has(ctx, ETH_HLEN + sizeof(*ip)))
        return XDP_PASS;
    if (eth->h_proto != bpf_htons(ETH_P_IP) || !may_enter(ctx, eth, ip))
        return XDP_PASS;
    destination = ip->daddr;
    tunnel = bpf_map_lookup_elem(&tunnels, &destination);
    if (!tunnel)
        return XDP_PASS;

    outer = outer_header(tunnel, ip);
    --ip->ttl;
    update_ip_checksum(ip, 0x0100); /* the TTL is the upper byte of its word */
    if (bpf_xdp_adjust_head(ctx, -(int)sizeof(outer)))
        return XDP_ABORTED; /* the driver left no room in front of the frame */
    if (!frame_has(ctx, ETH_HLEN + sizeof(outer) + ETH_HLEN))
        return XDP_ABORTED; /* never; the verifier does not know */
    eth = frame_start(ctx);
    copy_mac(eth->h_source, (void *)eth + sizeof(outer)); /* where the frame was sent to */
    copy_mac(eth->h_dest, tunnel->next_hop);
    eth->h_proto = bpf_htons(ETH_P_IP);
    *(struct iphdr *)(eth + 1) = outer;
    return XDP_TX;
}

SEC("xdp")
int ipip_encap(struct xdp_md *ctx)
{
    __u32 length = frame_length(ctx);

    return count_bytes(length, encapsulate(ctx));
}

char LICENSE[] SEC("license") = "GPL";
