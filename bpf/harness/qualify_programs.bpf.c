// SPDX-License-Identifier: GPL-2.0-only
/* The programs of `xdp-bench qualify`. Each handles the tool's own frames, which it knows by their source
 * address, and passes all others.
 */
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/udp.h>

#include "xdp_counters.h"
#include <bpf/bpf_endian.h>

#include "qualify.h"

/* Set before load. */
const volatile __u32 action = XDP_PASS;
const volatile __u32 target = 0; /* interface index or CPU, of a redirect */
const volatile __u32 frags = 0;  /* 1: frames may be in several buffers */

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32); /* interface index */
} ports SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32); /* interface index */
} copies SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 1); /* target + 1, before load */
    __type(key, __u32);
    __type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 256);
    __type(key, __u32);   /* queue */
    __type(value, __u32); /* descriptor of an AF_XDP socket */
} sockets SEC(".maps");

/* Changed while it is attached. */
__s32 head; /* bytes that the head moves: negative makes the frame longer */
__s32 tail; /* bytes that the tail moves: negative makes the frame shorter */

__u64 foreign; /* frames of others; exact only while one CPU counts */
__u64 refused; /* frames that the kernel did not let change */
__u64 on_cpus; /* frames that the program of a CPUMAP handled */
__u64 good;    /* frames whose metadata arrived in the stack */
__u64 bad;     /* frames whose metadata did not */

static __always_inline int is_ours(void *frame, void *end)
{
    const __u8 ours[QUALIFY_MAC_LENGTH] = QUALIFY_SOURCE_MAC;
    struct ethhdr *ethernet = frame;
    int i;

    if ((void *)(ethernet + 1) > end)
        return 0;
#pragma unroll
    for (i = 0; i < QUALIFY_MAC_LENGTH; i++)
        if (ethernet->h_source[i] != ours[i])
            return 0;
    return 1;
}

static __always_inline int is_foreign(struct xdp_md *ctx)
{
    if (is_ours((void *)(long)ctx->data, (void *)(long)ctx->data_end))
        return 0;
    foreign++;
    return 1;
}

static __always_inline __u64 length_of(struct xdp_md *ctx)
{
    return frags ? bpf_xdp_get_buff_len(ctx) : (__u64)(ctx->data_end - ctx->data);
}

static __always_inline int act_on(__u64 bytes)
{
    return count_bytes(bytes, action == XDP_REDIRECT ? (int)bpf_redirect(target, 0) : (int)action);
}

SEC("xdp")
int act(struct xdp_md *ctx)
{
    if (is_foreign(ctx))
        return XDP_PASS;
    return act_on(length_of(ctx));
}

SEC("xdp")
int to_port(struct xdp_md *ctx)
{
    if (is_foreign(ctx))
        return XDP_PASS;
    return count_bytes(length_of(ctx), bpf_redirect_map(&ports, 0, XDP_ABORTED));
}

/* Out of another port, whose cable leads back here: the second time the frame goes into the stack. The last
 * byte of the source address tells the two apart.
 */
SEC("xdp")
int to_other(struct xdp_md *ctx)
{
    const __u8 ours[QUALIFY_MAC_LENGTH] = QUALIFY_SOURCE_MAC;
    struct ethhdr *ethernet = (void *)(long)ctx->data;
    __u8 *last;

    if ((void *)(ethernet + 1) > (void *)(long)ctx->data_end)
        return XDP_PASS;
    last = &ethernet->h_source[QUALIFY_MAC_LENGTH - 1];
    if (*last == (ours[QUALIFY_MAC_LENGTH - 1] ^ 1)) {
        *last ^= 1;
        if (!is_ours(ethernet, (void *)(long)ctx->data_end))
            *last ^= 1;
        return count_bytes(length_of(ctx), XDP_PASS);
    }
    if (is_foreign(ctx))
        return XDP_PASS;
    *last ^= 1;
    return count_bytes(length_of(ctx), bpf_redirect_map(&ports, 0, XDP_ABORTED));
}

/* To each entry of a map a copy. */
SEC("xdp")
int to_all(struct xdp_md *ctx)
{
    if (is_foreign(ctx))
        return XDP_PASS;
    return count_bytes(length_of(ctx), bpf_redirect_map(&copies, 0, BPF_F_BROADCAST));
}

/* Does not touch the frame, so that it counts those of others too. */
SEC("xdp")
int drop_untouched(struct xdp_md *ctx)
{
    return count_bytes(length_of(ctx), XDP_DROP);
}

/* Reads down to the ports of UDP. */
SEC("xdp")
int drop_parsed(struct xdp_md *ctx)
{
    void *end = (void *)(long)ctx->data_end;
    struct ethhdr *ethernet = (void *)(long)ctx->data;
    struct iphdr *ip = (void *)(ethernet + 1);
    struct udphdr *udp;

    if (is_foreign(ctx))
        return XDP_PASS;
    if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) || ip->protocol != IPPROTO_UDP)
        return act_on(length_of(ctx));
    udp = (void *)ip + ip->ihl * 4;
    if ((void *)(udp + 1) > end || udp->dest != bpf_htons(QUALIFY_PORT))
        return act_on(length_of(ctx));
    return count_bytes(length_of(ctx), XDP_DROP);
}

SEC("xdp")
int to_cpu(struct xdp_md *ctx)
{
    if (is_foreign(ctx))
        return XDP_PASS;
    return count_bytes(length_of(ctx), bpf_redirect_map(&cpus, target, XDP_ABORTED));
}

/* On the CPU that a CPUMAP names. */
SEC("xdp/cpumap")
int on_cpu(struct xdp_md *ctx)
{
    (void)ctx;
    __sync_fetch_and_add(&on_cpus, 1);
    return XDP_PASS;
}

/* Without a socket it is dropped. */
SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
    if (is_foreign(ctx))
        return XDP_PASS;
    return count_bytes(length_of(ctx), bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_DROP));
}

/* Moves head and tail. The new start of the frame is an Ethernet header of ours and a filler. */
SEC("xdp")
int resize(struct xdp_md *ctx)
{
    const __u8 source[QUALIFY_MAC_LENGTH] = QUALIFY_SOURCE_MAC;
    __u8 chunk[QUALIFY_CHUNK], filler[QUALIFY_CHUNK];
    __u64 bytes = length_of(ctx);
    int i, at, by = head, end = tail;

    if (is_foreign(ctx))
        return XDP_PASS;
    if ((end && bpf_xdp_adjust_tail(ctx, end)) || (by && bpf_xdp_adjust_head(ctx, by)))
        goto refuse;
    if (!by)
        return act_on(bytes);
    __builtin_memset(filler, QUALIFY_FILLER, sizeof(filler));
    __builtin_memset(chunk, QUALIFY_FILLER, sizeof(chunk));
#pragma unroll
    for (i = 0; i < QUALIFY_MAC_LENGTH; i++)
        chunk[QUALIFY_MAC_LENGTH + i] = source[i];
    chunk[12] = QUALIFY_ETHERTYPE >> 8;
    chunk[13] = QUALIFY_ETHERTYPE & 0xff;
    if (bpf_xdp_store_bytes(ctx, 0, chunk, sizeof(chunk)))
        goto refuse;
    for (at = QUALIFY_CHUNK; at < 256; at += QUALIFY_CHUNK) {
        if (at >= -by)
            break;
        if (bpf_xdp_store_bytes(ctx, at, filler, sizeof(filler)))
            goto refuse;
    }
    return act_on(bytes);
refuse:
    refused++;
    return count_bytes(bytes, XDP_ABORTED);
}

/* Metadata in front of the frame, for the stack. */
SEC("xdp")
int mark(struct xdp_md *ctx)
{
    __u8 *at, *end;
    int i;

    if (is_foreign(ctx))
        return XDP_PASS;
    if (bpf_xdp_adjust_meta(ctx, -QUALIFY_METADATA)) {
        refused++;
        return count_bytes(length_of(ctx), XDP_ABORTED);
    }
    at = (void *)(long)ctx->data_meta;
    end = (void *)(long)ctx->data;
    if (at + QUALIFY_METADATA > end)
        return XDP_ABORTED;
#pragma unroll
    for (i = 0; i < QUALIFY_METADATA; i++)
        at[i] = QUALIFY_METADATA_BYTE;
    return count_bytes(length_of(ctx), XDP_PASS);
}

/* Where frames enter the stack. */
SEC("tc")
int read_mark(struct __sk_buff *skb)
{
    __u8 *at = (void *)(long)skb->data_meta, *end = (void *)(long)skb->data;
    int i;

    if (!is_ours((void *)(long)skb->data, (void *)(long)skb->data_end))
        return TC_ACT_UNSPEC;
    if (at + QUALIFY_METADATA > end)
        goto wrong;
#pragma unroll
    for (i = 0; i < QUALIFY_METADATA; i++)
        if (at[i] != QUALIFY_METADATA_BYTE)
            goto wrong;
    __sync_fetch_and_add(&good, 1);
    return TC_ACT_UNSPEC;
wrong:
    __sync_fetch_and_add(&bad, 1);
    return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "GPL";
