// SPDX-License-Identifier: GPL-2.0-only
/* Spreads frames over CPUs, on which the network stack then handles them: receive side scaling in
 * software, for devices with fewer queues than there are CPUs.
 *
 * All frames of an IPv4 flow, in both directions, go to the same CPU, and so stay in order; whatever
 * is not IPv4 goes to the first.
 */
#include "flow.h"
#include "xdp_counters.h"

#define MAX_CPUS 64

/* Set before the program is loaded: how many entries of `targets` are used, from 0 on. */
const volatile __u32 target_count = 1;

/* The numbers of the CPUs. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, MAX_CPUS);
    __type(key, __u32);
    __type(value, __u32);
} targets SEC(".maps");

/* By number of the CPU; one that is not here is not redirected to: its frames stay on the CPU that
 * received them. */
struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, MAX_CPUS);
    __type(key, __u32);
    __type(value, struct bpf_cpumap_val);
} cpus SEC(".maps");

/* The same for both directions of a flow. */
static __always_inline __u32 hash(const struct flow *flow)
{
    __u32 mixed = flow->source ^ flow->destination ^ flow->source_port ^ flow->destination_port ^
                  flow->protocol;

    return mixed * 0x9e3779b1 >> 16; /* 2^32 divided by the golden ratio: the upper bits are best */
}

SEC("xdp")
int xdp_redirect_cpu(struct xdp_md *ctx)
{
    struct flow flow;
    __u32 index = 0;
    const __u32 *cpu;

    if (target_count > 1 && read_flow(ctx, &flow))
        index = hash(&flow) % target_count;
    cpu = bpf_map_lookup_elem(&targets, &index);
    if (!cpu)
        return count(ctx, XDP_PASS);
    return count(ctx, bpf_redirect_map(&cpus, *cpu, XDP_PASS));
}

char LICENSE[] SEC("license") = "GPL";
