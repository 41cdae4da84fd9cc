/* SPDX-License-Identifier: GPL-2.0-only */
/* Reading and rewriting the headers of a frame, shared by the programs under test. */
#ifndef PACKET_HEADERS_H
#define PACKET_HEADERS_H

#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/types.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* What <linux/ip.h> does not give to user space: the two parts of iphdr.frag_off. */
#define IP_MORE_FRAGMENTS 0x2000
#define IP_FRAGMENT_OFFSET 0x1fff

/* Of ICMP echo requests and replies. <linux/icmp.h> needs the C library's headers for a 32-bit
 * machine when it is compiled for BPF. */
#define ICMP_ECHO_REQUEST 8
struct icmp_echo {
    __u8 type;
    __u8 code;
    __sum16 checksum;
    __be16 id;
    __be16 sequence;
};

static __always_inline __u32 frame_length(const struct xdp_md *ctx)
{
    return ctx->data_end - ctx->data;
}

static __always_inline void *frame_start(const struct xdp_md *ctx)
{
    return (void *)(long)ctx->data;
}

/* Whether the frame's first `size` bytes are there. Only after this may they be read and written.
 * (Not one function with frame_start that returns a null pointer: clang would test the pointer's
 * lower 32 bits for it, which is all it believes the context to hold.) */
static __always_inline int frame_has(const struct xdp_md *ctx, __u32 size)
{
    return frame_start(ctx) + size <= (void *)(long)ctx->data_end;
}

/* Frames start on an even address, so that three loads do for a MAC address instead of six. */
static __always_inline void copy_mac(void *to, const void *from)
{
    __builtin_memcpy(__builtin_assume_aligned(to, 2), __builtin_assume_aligned(from, 2), ETH_ALEN);
}

/* The checksum (RFC 1071) of an IPv4 header without options. Taken over a header with its checksum
 * in place the result is 0 if that is right; with 0 in place it is the checksum to store. */
static __always_inline __u16 ip_checksum(struct iphdr *ip)
{
    __u32 sum = bpf_csum_diff(0, 0, (__be32 *)ip, sizeof(*ip), 0);

    /* The second time for the carry that the first may leave. */
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    return ~sum;
}

#endif /* PACKET_HEADERS_H */
