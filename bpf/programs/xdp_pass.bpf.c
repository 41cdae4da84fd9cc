// SPDX-License-Identifier: GPL-2.0-only
/* Hands every frame to the network stack, unchanged and counted. */
#include "xdp_counters.h"

SEC("xdp")
int xdp_pass(struct xdp_md *ctx)
{
    return count(ctx, XDP_PASS);
}

char LICENSE[] SEC("license") = "GPL";
