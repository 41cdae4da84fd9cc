// SPDX-License-Identifier: GPL-2.0-only
/* Runs one program that was loaded for a dispatcher of libxdp: the kernel puts it in the place of behind(). */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

__attribute__((noinline)) int behind(struct xdp_md *ctx)
{
    volatile int verdict = XDP_ABORTED; /* keeps the compiler from knowing it */

    if (!ctx)
        return XDP_ABORTED;
    return verdict;
}

SEC("xdp")
int run_behind(struct xdp_md *ctx) { return behind(ctx); }

char _license[] SEC("license") = "GPL";
