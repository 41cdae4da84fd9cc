// SPDX-License-Identifier: GPL-2.0-only
/* Lets through TCP over IPv4 of connections that began with a SYN to an open port; the rest of TCP
 * is dropped. A connection is in the table from its SYN to its RST, or to its second FIN of this
 * direction's sender, or until the table has no room for it. What is not TCP over IPv4 passes, and
 * so do fragments but the first.
 */
#include <linux/tcp.h>

#include "flow.h"
#include "xdp_counters.h"

struct connection {
    __u64 packets;
    __u64 finished; /* FINs seen */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, struct flow);
    __type(value, struct connection);
} connections SEC(".maps");

/* The ports, in network byte order, that connections may begin to. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 256);
    __type(key, __be16);
    __type(value, __u8);
} open_ports SEC(".maps");

static __always_inline int begin(const struct flow *flow)
{
    struct connection fresh = {.packets = 1};
    __be16 port = flow->destination_port;

    if (!bpf_map_lookup_elem(&open_ports, &port))
        return XDP_DROP;
    bpf_map_update_elem(&connections, flow, &fresh, BPF_ANY);
    return XDP_PASS;
}

static __always_inline int go_on(const struct flow *flow, const struct tcphdr *tcp)
{
    struct connection *known = bpf_map_lookup_elem(&connections, flow);

    if (!known)
        return XDP_DROP;
    known->packets++;
    known->finished += tcp->fin;
    if (tcp->rst || known->finished > 1)
        bpf_map_delete_elem(&connections, flow);
    return XDP_PASS;
}

static __always_inline int track(struct xdp_md *ctx)
{
    struct flow flow;
    struct iphdr *ip;
    void *transport;
    const struct tcphdr *tcp;

    if (!find_ipv4(ctx, &ip) || ip->protocol != IPPROTO_TCP)
        return XDP_PASS;
    if (ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET))
        return XDP_PASS;
    if (!find_transport(ctx, ip, sizeof(*tcp), &transport) || !read_flow(ctx, &flow))
        return XDP_DROP;
    tcp = transport;
    return tcp->syn && !tcp->ack ? begin(&flow) : go_on(&flow, tcp);
}

SEC("xdp")
int conn_table(struct xdp_md *ctx)
{
    return count(ctx, track(ctx));
}

char LICENSE[] SEC("license") = "GPL";
