// SPDX-License-Identifier: GPL-2.0-only
/* The sink stands where frames arrive: counts them per CPU, keeps the first `capture_limit` of them byte
 * for byte in order of arrival, and reads how long ago they were sent. One program for interfaces (XDP) and one for what an XDP program passed
 * into the stack (tc ingress, which comes after XDP in every mode): these take the frames off the path. One
 * for the same on an interface that is not ours (a packet socket's filter): it leaves nothing there, whatever
 * becomes of the process, and the frames go on into the stack.
 */
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "latency.h"
#include "replay.h"
#include "stamp.h"

#define VLAN_TAG_LENGTH 4

/* Set before load. */
const volatile __u32 capture_limit = 0;  /* entries of `captured` that may be used */
const volatile __u32 capture_length = 1; /* bytes kept of a frame; no frame is shorter than REPLAY_MIN_LENGTH, and older
                                          * verifiers (6.1) do not learn "at least 1" from "not 0" */
const volatile __u8 frags = 0; /* frames may be in several buffers: the program is one of xdp.frags */
const volatile __u8 latencies_wanted = 0; /* the frames are stamped */

__u64 captured_frames; /* slots of `captured` asked for: up to capture_limit, and a few more in a race */

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct arrived_counter);
} arrived SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);                                    /* capture_limit, before load */
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(struct captured_frame) + 1);     /* + capture_length, before load */
} captured SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct latency_samples);
} latencies SEC(".maps");

/* How long ago a frame was sent; `stamp` is what stands at its end, null if it is too short for one. */
static __always_inline void count_latency(const struct stamp *stamp, __u64 now)
{
    __u32 zero = 0, bucket;
    struct latency_samples *samples = bpf_map_lookup_elem(&latencies, &zero);
    __u64 latency;

    if (!samples)
        return;
    if (!stamp || stamp->magic != STAMP_MAGIC) {
        samples->unstamped++;
        return;
    }
    latency = stamp_age(stamp, now);
    bucket = latency_bucket(latency);
    if (bucket < LATENCY_BUCKETS)
        samples->counts[bucket]++;
    if (latency > samples->longest)
        samples->longest = latency;
}

static __always_inline void count(__u64 bytes)
{
    __u32 zero = 0;
    struct arrived_counter *counter = bpf_map_lookup_elem(&arrived, &zero);

    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
}

static __always_inline struct captured_frame *next_slot(void)
{
    __u32 index;

    /* Looked at before it is counted up: an atomic operation a frame would slow down whoever sends. */
    if (captured_frames >= capture_limit)
        return 0;
    index = __sync_fetch_and_add(&captured_frames, 1);
    if (index >= capture_limit)
        return 0;
    return bpf_map_lookup_elem(&captured, &index);
}

SEC("xdp")
int sink(struct xdp_md *ctx)
{
    __u32 length = frags ? bpf_xdp_get_buff_len(ctx) : ctx->data_end - ctx->data;
    struct captured_frame *slot;

    if (latencies_wanted) {
        __u64 now = bpf_ktime_get_ns();
        struct stamp stamp = {};
        long missing = length < STAMP_LENGTH || bpf_xdp_load_bytes(ctx, stamp_offset(length), &stamp, sizeof(stamp));

        count_latency(missing ? 0 : &stamp, now);
    }
    count(length);
    slot = next_slot();
    if (slot) {
        __u32 kept = length < capture_length ? length : capture_length;

        slot->vlan_protocol = 0;
        slot->vlan_tci = 0;
        if (kept >= REPLAY_MIN_LENGTH && kept <= capture_length)
            bpf_xdp_load_bytes(ctx, 0, slot + 1, kept);
        slot->length = length;
    }
    return XDP_DROP;
}

/* `behind`: bytes of the Ethernet header that are in front of what the program sees. */
static __always_inline void copy_bytes(struct __sk_buff *skb, void *to, __u32 kept, __u32 behind)
{
    if (behind && kept > REPLAY_MIN_LENGTH && kept <= capture_length) {
        bpf_skb_load_bytes_relative(skb, 0, to, REPLAY_MIN_LENGTH, BPF_HDR_START_MAC);
        bpf_skb_load_bytes(skb, 0, to + REPLAY_MIN_LENGTH, kept - REPLAY_MIN_LENGTH);
    } else if (kept >= REPLAY_MIN_LENGTH && kept <= capture_length) {
        bpf_skb_load_bytes(skb, 0, to, kept);
    }
}

static __always_inline void take_in(struct __sk_buff *skb, __u32 behind)
{
    __u32 length = skb->len + behind;
    struct captured_frame *slot;

    if (latencies_wanted) {
        __u64 now = bpf_ktime_get_ns();
        struct stamp stamp = {};
        long missing = length < STAMP_LENGTH || bpf_skb_load_bytes(skb, stamp_offset(length), &stamp, sizeof(stamp));

        count_latency(missing ? 0 : &stamp, now);
    }
    count(length + (skb->vlan_present ? VLAN_TAG_LENGTH : 0)); /* the stack took it out of the bytes */
    slot = next_slot();
    if (slot) {
        __u32 kept = length < capture_length ? length : capture_length;

        slot->vlan_protocol = skb->vlan_present ? bpf_ntohs(skb->vlan_proto) : 0;
        slot->vlan_tci = skb->vlan_tci;
        copy_bytes(skb, slot + 1, kept, behind);
        slot->length = length;
    }
}

SEC("tc")
int stack_sink(struct __sk_buff *skb)
{
    /* Where a generic program of xdp.frags was given a copy of the frame, the copy has no length of its
     * Ethernet header (mac_len, which skb_pp_cow_data() leaves 0), and tc does not see the header. The
     * kernel counts wire_len without the header in any case. */
    take_in(skb, skb->len == skb->wire_len ? REPLAY_MIN_LENGTH : 0);
    return TC_ACT_SHOT;
}

SEC("socket")
int socket_sink(struct __sk_buff *skb)
{
    take_in(skb, 0);
    return 0; /* nothing is queued at the socket */
}

char _license[] SEC("license") = "GPL";
