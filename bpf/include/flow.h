/* SPDX-License-Identifier: GPL-2.0-only */
/* The flow that an IPv4 packet belongs to. */
#ifndef FLOW_H
#define FLOW_H

#include <linux/in.h>

#include "packet_headers.h"

/* All that is known of a flow; laid out without holes, so that it may be written to user space. */
struct flow {
    __be32 source;
    __be32 destination;
    __be16 source_port; /* of TCP and UDP, else 0; 0 too if this frame does not hold the ports */
    __be16 destination_port;
    __u8 protocol;
    __u8 pad[3];
};

/* Whether the frame holds IPv4 (find_ipv4), and if so the flow in `*flow`. */
static __always_inline int read_flow(const struct xdp_md *ctx, struct flow *flow)
{
    struct iphdr *ip;
    void *ports;

    if (!find_ipv4(ctx, &ip))
        return 0;
    *flow = (struct flow){
        .source = ip->saddr,
        .destination = ip->daddr,
        .protocol = ip->protocol,
    };
    if (ip->protocol != IPPROTO_TCP && ip->protocol != IPPROTO_UDP)
        return 1;
    /* Both begin with the two ports. */
    if (find_transport(ctx, ip, 2 * sizeof(__be16), &ports)) {
        flow->source_port = ((__be16 *)ports)[0];
        flow->destination_port = ((__be16 *)ports)[1];
    }
    return 1;
}

#endif /* FLOW_H */
