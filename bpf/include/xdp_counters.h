/* SPDX-License-Identifier: GPL-2.0-only */
/* Per-action, per-CPU counters: the layout shared by every reference program and by user space.
 *
 * A program that includes this header gets a map `xdp_counters` and ends with
 *     return count(ctx, XDP_...);
 * so that every frame it handles is counted once, in packets and bytes, on the CPU that ran it.
 * The tool finds the map by its name; a program without it is counted by the driver instead.
 */
#ifndef XDP_COUNTERS_H
#define XDP_COUNTERS_H

#include <linux/types.h>

#define XDP_COUNTERS_MAP "xdp_counters"
#define XDP_COUNTERS_ACTIONS 5 /* XDP_ABORTED 0 .. XDP_REDIRECT 4, enum xdp_action of linux/bpf.h */

/* One entry an action: key is the action, the value is one of these a CPU. */
struct xdp_counter {
    __u64 packets;
    __u64 bytes; /* of the frame as the program was given it: data_end - data, no FCS */
};

/* What a device can hold, of a program compiled with -DXDP_OFFLOAD (bpf/offload/NAME.bpf.o): no device
 * has per-CPU maps, and some have two entries at most. So there is one entry, and packets only. */
struct xdp_offload_counters {
    __u64 packets[XDP_COUNTERS_ACTIONS]; /* by action */
};

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#ifdef XDP_OFFLOAD
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct xdp_offload_counters);
} xdp_counters SEC(".maps");

static __always_inline int count_bytes(__u64 bytes, int action)
{
    __u32 zero = 0;
    struct xdp_offload_counters *counters = bpf_map_lookup_elem(&xdp_counters, &zero);

    (void)bytes;
    /* Atomically: the device's cores share the entry, and atomic additions are all that some can write. */
    if (counters && (__u32)action < XDP_COUNTERS_ACTIONS)
        __sync_fetch_and_add(&counters->packets[action], 1);
    return action;
}
#else
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, XDP_COUNTERS_ACTIONS);
    __type(key, __u32);
    __type(value, struct xdp_counter);
} xdp_counters SEC(".maps");

/* Counts one frame of `bytes` bytes under `action` and hands the action back. */
static __always_inline int count_bytes(__u64 bytes, int action)
{
    __u32 key = action;
    struct xdp_counter *counter = bpf_map_lookup_elem(&xdp_counters, &key);

    if (counter) {
        counter->packets++;
        counter->bytes += bytes;
    }
    return action;
}
#endif /* XDP_OFFLOAD */

/* The same for a program that has not changed the frame's length. */
static __always_inline int count(struct xdp_md *ctx, int action)
{
    return count_bytes(ctx->data_end - ctx->data, action);
}
#endif /* __bpf__ */

#endif /* XDP_COUNTERS_H */
