// SPDX-License-Identifier: GPL-2.0-only
/* Hands UDP over IPv4 to one port to user space, past the stack: to the AF_XDP socket of the queue that
 * the frame came in by. The rest passes, and so do these frames on a queue without a socket.
 *
 * Also behind IP options and one or two VLAN tags. Fragments but the first have no port: they pass.
 */
#include <linux/in.h>
#include <linux/udp.h>

#include "packet_headers.h"
#include "xdp_counters.h"

const volatile __u16 port = 0; /* host byte order; 0: every port */

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 16);
    __type(key, __u32);   /* queue */
    __type(value, __u32); /* descriptor of the socket */
} xsks SEC(".maps");

static __always_inline int is_wanted(const struct xdp_md *ctx)
{
    struct iphdr *ip;
    void *transport;
    const struct udphdr *udp;

    if (!find_ipv4(ctx, &ip) || ip->protocol != IPPROTO_UDP)
        return 0;
    if (!find_transport(ctx, ip, sizeof(*udp), &transport))
        return 0;
    udp = transport;
    return !port || udp->dest == bpf_htons(port);
}

SEC("xdp")
int xsk_redirect(struct xdp_md *ctx)
{
    if (!is_wanted(ctx))
        return count(ctx, XDP_PASS);
    return count(ctx, bpf_redirect_map(&xsks, ctx->rx_queue_index, XDP_PASS));
}

char LICENSE[] SEC("license") = "GPL";
