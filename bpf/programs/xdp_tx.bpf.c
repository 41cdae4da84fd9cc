// SPDX-License-Identifier: GPL-2.0-only
/* Sends every frame back on the port it came from, with source and destination MAC address swapped.
 * Everything behind the two addresses stays as it is, whatever protocol it may be.
 */
#include "packet_headers.h"
#include "xdp_counters.h"

SEC("xdp")
int xdp_tx(struct xdp_md *ctx)
{
    struct ethhdr *eth = frame_start(ctx);
    __u8 source[ETH_ALEN] __attribute__((aligned(2)));

    /* The kernel gives no XDP program less than an Ethernet header; the verifier does not know. */
    if (!frame_has(ctx, sizeof(*eth)))
        return count(ctx, XDP_ABORTED);

    copy_mac(source, eth->h_source);
    copy_mac(eth->h_source, eth->h_dest);
    copy_mac(eth->h_dest, source);
    return count(ctx, XDP_TX);
}

char LICENSE[] SEC("license") = "GPL";
