// SPDX-License-Identifier: GPL-2.0-only
/* Reads what the card found out about a frame before the program ran: hash, receive time and VLAN tag. A frame
 * whose tag the card took out is counted for its VLAN; those of a `blocked` VLAN are dropped. What was read of
 * the last frame is in `last`.
 *
 * The kernel (6.3; the tag 6.8) loads such a program for one device, whose driver answers: the tool binds it to
 * its veth. Where the kernel has none of these functions, nothing is read and every frame passes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "xdp_counters.h"

#define VLAN_ID_MASK 0x0fff
#define NOT_ASKED (-95) /* EOPNOTSUPP: the kernel has no such function */

/* The kernel's own, of which no header has the values: libbpf compares the kind of the types. */
enum xdp_rss_hash_type { RSS_TYPE_UNKNOWN };

extern int bpf_xdp_metadata_rx_hash(const struct xdp_md *ctx, __u32 *hash, enum xdp_rss_hash_type *type) __ksym __weak;
extern int bpf_xdp_metadata_rx_timestamp(const struct xdp_md *ctx, __u64 *timestamp) __ksym __weak;
extern int bpf_xdp_metadata_rx_vlan_tag(const struct xdp_md *ctx, __be16 *protocol, __u16 *tci) __ksym __weak;

/* 0 in `..._error`: the driver answered. */
struct received {
    __s32 hash_error;
    __u32 hash;
    __s32 time_error;
    __s32 tag_error;
    __u16 tag_protocol; /* in host byte order */
    __u16 tag_tci;
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct received);
} last SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u16);
    __type(value, __u64);
} vlans SEC(".maps"); /* frames, by VLAN */

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u16);
    __type(value, __u8);
} blocked SEC(".maps");

static __always_inline void read_hash(struct xdp_md *ctx, struct received *received)
{
    enum xdp_rss_hash_type type = RSS_TYPE_UNKNOWN;
    __u32 hash = 0;

    received->hash_error = NOT_ASKED;
    if (bpf_xdp_metadata_rx_hash)
        received->hash_error = bpf_xdp_metadata_rx_hash(ctx, &hash, &type);
    received->hash = hash;
}

static __always_inline void read_time(struct xdp_md *ctx, struct received *received)
{
    __u64 time = 0;

    received->time_error = NOT_ASKED;
    if (bpf_xdp_metadata_rx_timestamp)
        received->time_error = bpf_xdp_metadata_rx_timestamp(ctx, &time);
}

static __always_inline void read_tag(struct xdp_md *ctx, struct received *received)
{
    __be16 protocol = 0;
    __u16 tci = 0;

    received->tag_error = NOT_ASKED;
    if (bpf_xdp_metadata_rx_vlan_tag)
        received->tag_error = bpf_xdp_metadata_rx_vlan_tag(ctx, &protocol, &tci);
    received->tag_protocol = bpf_ntohs(protocol);
    received->tag_tci = tci;
}

static __always_inline void count_vlan(__u16 vlan)
{
    __u64 one = 1, *frames = bpf_map_lookup_elem(&vlans, &vlan);

    if (frames)
        __sync_fetch_and_add(frames, 1);
    else
        bpf_map_update_elem(&vlans, &vlan, &one, BPF_NOEXIST);
}

static __always_inline int receive(struct xdp_md *ctx)
{
    struct received received = {};
    __u32 zero = 0;
    __u16 vlan;

    read_hash(ctx, &received);
    read_time(ctx, &received);
    read_tag(ctx, &received);
    bpf_map_update_elem(&last, &zero, &received, BPF_ANY);
    if (received.tag_error)
        return XDP_PASS;
    vlan = received.tag_tci & VLAN_ID_MASK;
    count_vlan(vlan);
    return bpf_map_lookup_elem(&blocked, &vlan) ? XDP_DROP : XDP_PASS;
}

SEC("xdp")
int rx_metadata(struct xdp_md *ctx)
{
    return count(ctx, receive(ctx));
}

char LICENSE[] SEC("license") = "GPL";
