// SPDX-License-Identifier: GPL-2.0-only
/* What reading the clock takes that latencies are measured with. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 readings = 1000;

__u64 took; /* ns, all of them together */

SEC("xdp")
int clock_cost(struct xdp_md *ctx)
{
    __u64 first = bpf_ktime_get_ns();
    __u64 last = first;

    (void)ctx;
    for (__u32 i = 0; i < readings; i++)
        last = bpf_ktime_get_ns();
    took = last - first;
    return XDP_DROP;
}

char _license[] SEC("license") = "GPL";
