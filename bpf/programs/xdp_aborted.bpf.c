// SPDX-License-Identifier: GPL-2.0-only
/* Ends every frame as a program does that has failed: XDP_ABORTED, which drops it and raises the
 * kernel's tracepoint xdp:xdp_exception.
 */
#include "xdp_counters.h"

SEC("xdp")
int xdp_aborted(struct xdp_md *ctx)
{
    return count(ctx, XDP_ABORTED);
}

char LICENSE[] SEC("license") = "GPL";
