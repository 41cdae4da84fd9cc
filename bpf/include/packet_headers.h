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

/* VLAN tags that are looked behind: one, or two as of a provider's network (802.1ad). */
#define MAX_VLAN_TAGS 2
#define VLAN_TAG_LENGTH 4

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

/* The same for `size` bytes from `at` on, which points into the frame. For what has no fixed place:
 * the verifier believes it only of the very pointer that was compared. */
static __always_inline int readable(const struct xdp_md *ctx, const void *at, __u32 size)
{
    return at + size <= (void *)(long)ctx->data_end;
}

static __always_inline int is_vlan_tag(__be16 ethertype)
{
    return ethertype == bpf_htons(ETH_P_8021Q) || ethertype == bpf_htons(ETH_P_8021AD);
}

/* The EtherType, and in `*payload` what follows it, behind up to MAX_VLAN_TAGS tags: the stack
 * takes tags off as well, and one of VLAN 0 changes nothing for it. With more tags it is that of a
 * tag; 0 if the frame ends before. */
static __always_inline __be16 skip_vlan_tags(const struct xdp_md *ctx, void **payload)
{
    void *at = frame_start(ctx) + ETH_HLEN;

    if (!readable(ctx, at, 0))
        return 0;
#pragma unroll
    for (int tag = 0; tag < MAX_VLAN_TAGS; ++tag) {
        if (!is_vlan_tag(((__be16 *)at)[-1]))
            break;
        if (!readable(ctx, at, VLAN_TAG_LENGTH))
            return 0;
        at += VLAN_TAG_LENGTH;
    }
    *payload = at;
    return ((__be16 *)at)[-1];
}

/* Whether the frame holds IPv4, with a whole header of possible length, and if so where in `*ip`.
 * (Not a null pointer for no, as with frame_has.) */
static __always_inline int find_ipv4(const struct xdp_md *ctx, struct iphdr **ip)
{
    void *at;

    if (skip_vlan_tags(ctx, &at) != bpf_htons(ETH_P_IP) || !readable(ctx, at, sizeof(**ip)))
        return 0;
    *ip = at;
    return (*ip)->version == 4 && (*ip)->ihl * 4 >= sizeof(**ip) &&
           readable(ctx, at, (*ip)->ihl * 4);
}

/* Whether the packet has the first `size` bytes of its transport header: in this fragment, in this
 * frame and within the packet's length, beyond which there is only padding. If so, where in
 * `*header`. */
static __always_inline int find_transport(const struct xdp_md *ctx, const struct iphdr *ip,
                                          __u32 size, void **header)
{
    *header = (void *)ip + ip->ihl * 4;
    return !(ip->frag_off & bpf_htons(IP_FRAGMENT_OFFSET)) &&
           bpf_ntohs(ip->tot_len) >= ip->ihl * 4 + size && readable(ctx, *header, size);
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

/* Keeps the checksum of a header, of any length, right when one of its 16-bit words becomes less by
 * `less` (host byte order; 0xffff - n: more by n). A wrong one stays wrong (RFC 1624). */
static __always_inline void update_ip_checksum(struct iphdr *ip, __u16 less)
{
    __u32 sum = bpf_ntohs(ip->check) + less;

    ip->check = bpf_htons(sum + (sum >= 0xffff));
}

#endif /* PACKET_HEADERS_H */
