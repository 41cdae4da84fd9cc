// SPDX-License-Identifier: GPL-2.0-only
/* Forwards IPv4 by the routes and neighbours of its network namespace: a router's fast path. What
 * needs more than that passes, and the stack does the rest: VLAN tags, IP options, a TTL that ends
 * here, frames for a group of hosts, routes without a known neighbour, packets longer than the MTU.
 */
#include "packet_headers.h"
#include "xdp_counters.h"

#define IPV4_FAMILY 2 /* AF_INET, which <linux/...> does not have */
#define ONE_HOP 0x0100 /* what the TTL's word becomes less by */

static __always_inline int is_forwardable(const struct xdp_md *ctx, struct iphdr **ip)
{
    if (!find_ipv4(ctx, ip) || (void *)*ip != frame_start(ctx) + ETH_HLEN)
        return 0;
    if (((__u8 *)frame_start(ctx))[0] & 1) /* to several hosts */
        return 0;
    return (*ip)->ihl == 5 && (*ip)->ttl > 1;
}

static __always_inline int forward(struct xdp_md *ctx)
{
    struct bpf_fib_lookup route = {.family = IPV4_FAMILY};
    struct iphdr *ip;
    struct ethhdr *eth;

    if (!is_forwardable(ctx, &ip))
        return XDP_PASS;
    route.tos = ip->tos;
    route.l4_protocol = ip->protocol;
    route.tot_len = bpf_ntohs(ip->tot_len);
    route.ipv4_src = ip->saddr;
    route.ipv4_dst = ip->daddr;
    route.ifindex = ctx->ingress_ifindex;
    if (bpf_fib_lookup(ctx, &route, sizeof(route), 0) != BPF_FIB_LKUP_RET_SUCCESS)
        return XDP_PASS;
    if (!frame_has(ctx, ETH_HLEN + sizeof(*ip))) /* which the verifier has forgotten */
        return XDP_PASS;
    eth = frame_start(ctx);
    ip = (void *)(eth + 1);
    copy_mac(eth->h_dest, route.dmac);
    copy_mac(eth->h_source, route.smac);
    update_ip_checksum(ip, ONE_HOP);
    ip->ttl--;
    return bpf_redirect(route.ifindex, 0);
}

SEC("xdp")
int fib_forward(struct xdp_md *ctx)
{
    return count(ctx, forward(ctx));
}

char LICENSE[] SEC("license") = "GPL";
