// SPDX-License-Identifier: GPL-2.0-only
/* Drops every frame, counted: the shortest way a frame can take, and so the baseline of a bench. */
#include "xdp_counters.h"

SEC("xdp")
int xdp_drop(struct xdp_md *ctx)
{
    return count(ctx, XDP_DROP);
}

char LICENSE[] SEC("license") = "GPL";
