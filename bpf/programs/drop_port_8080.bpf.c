// SPDX-License-Identifier: GPL-2.0-only
/* Drops TCP over IPv4 to one port, 8080 unless told otherwise, also behind IP options and one or
 * two VLAN tags. The rest passes: IPv6, what has no whole TCP header, and so fragments but the
 * first.
 *
 * Checksums are not looked at: what they refuse, the stack would drop as well.
 */
#include <linux/in.h>
#include <linux/tcp.h>

#include "offload.h"
#include "packet_headers.h"
#include "xdp_counters.h"

SETTING __u16 port = 8080; /* host byte order */

static __always_inline int filter(struct xdp_md *ctx)
{
    struct iphdr *ip;
    void *transport;
    const struct tcphdr *tcp;

    if (!find_ipv4(ctx, &ip) || ip->protocol != IPPROTO_TCP)
        return XDP_PASS;
    if (!find_transport(ctx, ip, sizeof(*tcp), &transport))
        return XDP_PASS;
    tcp = transport;
    return tcp->dest == bpf_htons(port) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int drop_port_8080(struct xdp_md *ctx)
{
    return count(ctx, filter(ctx));
}

char LICENSE[] SEC("license") = "GPL";
