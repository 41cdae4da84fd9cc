// SPDX-License-Identifier: GPL-2.0-only
/* Drops IPv6 and nothing else: frames whose EtherType is IPv6's, also behind one or two VLAN tags.
 *
 * The EtherType alone decides; whether an IPv6 header follows, and a sound one, is not looked at.
 * A frame that ends before its EtherType passes, as does one with three tags or more.
 */
#include "packet_headers.h"
#include "xdp_counters.h"

SEC("xdp")
int drop_ipv6(struct xdp_md *ctx)
{
    void *payload;
    __be16 protocol = skip_vlan_tags(ctx, &payload);

    return count(ctx, protocol == bpf_htons(ETH_P_IPV6) ? XDP_DROP : XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
