// SPDX-License-Identifier: GPL-2.0-only
/* Tells user space of one IPv4 packet in so many, with its flow and length, so that it can estimate
 * what flows there are at a cost that does not grow with the traffic; every frame passes.
 */
#include "flow.h"
#include "xdp_counters.h"

/* Times `rate`, the samples of a flow are an estimate of its packets, their lengths of its bytes. */
struct event {
    struct flow flow;
    __u32 length; /* of the frame */
    __u32 rate;   /* it stands for so many packets */
    __u32 queue;  /* the receive queue that it came in by: how a NIC spreads flows */
};
const struct event *unused
    __attribute__((unused)); /* keeps the type in BTF, for who reads events */

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

__u64 events_lost; /* found the ring buffer full; by all CPUs */

/* One packet in this many is sampled; 0, which it is at first: none. May be changed at any time. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} rate SEC(".maps");

/* IPv4 packets that samples are taken from, by each CPU: the first one, and every `rate`th after. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} packets SEC(".maps");

static __always_inline void sample(struct xdp_md *ctx)
{
    struct event event;
    __u32 zero = 0;
    __u64 *number = bpf_map_lookup_elem(&packets, &zero);
    const volatile __u32 *wanted = bpf_map_lookup_elem(&rate, &zero);

    if (!number || !wanted || !read_flow(ctx, &event.flow))
        return;
    event.rate = *wanted; /* read once: user space may change it meanwhile */
    if (event.rate == 0 || (*number)++ % event.rate != 0)
        return;
    event.length = frame_length(ctx);
    event.queue = ctx->rx_queue_index;
    if (bpf_ringbuf_output(&events, &event, sizeof(event), 0))
        __sync_fetch_and_add(&events_lost, 1);
}

SEC("xdp")
int flow_sampler(struct xdp_md *ctx)
{
    sample(ctx);
    return count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
