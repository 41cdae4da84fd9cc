// SPDX-License-Identifier: GPL-2.0-only
/* The empty program: what a path costs without a program under test. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

const volatile __u32 action = XDP_PASS; /* set before load */

SEC("xdp")
int empty(struct xdp_md *ctx)
{
    (void)ctx;
    return action;
}

char _license[] SEC("license") = "GPL";
