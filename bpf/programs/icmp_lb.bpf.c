// SPDX-License-Identifier: GPL-2.0-only
/* A load balancer for ping: ICMP echo requests to its address go round-robin to the backends, out of the
 * port they came in by.
 *
 * A request gets the backend's IP and MAC address as its destination and the balancer's MAC address
 * as its source; its client's IP address stays, so the backend answers the client directly.
 * Whatever is not beyond doubt a whole, sound echo request to the balancer is left to the network
 * stack untouched: the stack reassembles fragments, reads options, and drops and counts what is broken.
 */
#include <linux/in.h>

#include "packet_headers.h"
#include "xdp_counters.h"

#define MAX_BACKENDS 256

/* Where the ICMP message starts, IP options being refused. */
#define ICMP_OFFSET (ETH_HLEN + sizeof(struct iphdr))

struct backend {
    __be32 ip; /* 0: no backend here */
    __u8 mac[ETH_ALEN];
    __u8 pad[2];
};

/* Set before the program is loaded. */
const volatile __be32 lb_ip = 0;
const volatile __u32 backend_count = 0; /* how many entries of `backends` take turns, from 0 on */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_BACKENDS);
    __type(key, __u32);
    __type(value, struct backend);
} backends SEC(".maps");

/* Turns taken so far; one number for all CPUs. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} next_backend SEC(".maps");

/* Whether the frame is an echo request that may be rewritten. */
static __always_inline int is_request_for_us(const struct ethhdr *eth, struct iphdr *ip,
                                             const struct icmp_echo *icmp, __u32 length)
{
    __u16 total = bpf_ntohs(ip->tot_len);

    /* A group address would become the rewritten frame's source, where none may stand. */
    if (eth->h_dest[0] & 1)
        return 0;
    if (eth->h_proto != bpf_htons(ETH_P_IP) || ip->version != 4)
        return 0;
    if (ip->ihl * 4 != sizeof(*ip)) /* fewer are not IPv4, more are options */
        return 0;
    if (ip->daddr != lb_ip || ip->protocol != IPPROTO_ICMP)
        return 0;
    if (ip->frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_FRAGMENT_OFFSET))
        return 0;
    /* The ICMP header must be part of the packet, not of padding, and the packet whole. */
    if (total < sizeof(*ip) + sizeof(*icmp) || ETH_HLEN + total > length)
        return 0;
    if (icmp->type != ICMP_ECHO_REQUEST)
        return 0;
    /* A new checksum would make a damaged header look sound. */
    return ip_checksum(ip) == 0;
}

/* The backend whose turn it is; a null pointer if there is none. */
static __always_inline const struct backend *take_turn(void)
{
    __u32 zero = 0;
    __u64 *next = bpf_map_lookup_elem(&next_backend, &zero);
    __u32 index;

    if (!next || backend_count == 0)
        return 0;
    /* Taken and advanced at once: no two CPUs get the same turn. */
    index = __sync_fetch_and_add(next, 1) % backend_count;
    return bpf_map_lookup_elem(&backends, &index);
}

static __always_inline int balance(struct xdp_md *ctx)
{
    struct ethhdr *eth = frame_start(ctx);
    struct iphdr *ip = (void *)eth + ETH_HLEN;
    struct icmp_echo *icmp = (void *)eth + ICMP_OFFSET;
    const struct backend *backend;
    __be32 backend_ip;

    if (!frame_has(ctx, ICMP_OFFSET + sizeof(*icmp)))
        return XDP_PASS;
    if (!is_request_for_us(eth, ip, icmp, frame_length(ctx)))
        return XDP_PASS;

    backend = take_turn();
    if (!backend)
        return XDP_PASS;
    backend_ip = backend->ip;
    if (backend_ip == 0)
        return XDP_PASS;

    copy_mac(eth->h_source, eth->h_dest);
    copy_mac(eth->h_dest, backend->mac);
    ip->daddr = backend_ip;
    ip->check = 0;
    ip->check = ip_checksum(ip);
    return XDP_TX;
}

SEC("xdp")
int icmp_lb(struct xdp_md *ctx)
{
    return count(ctx, balance(ctx));
}

char LICENSE[] SEC("license") = "GPL";
