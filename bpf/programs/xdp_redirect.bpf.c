// SPDX-License-Identifier: GPL-2.0-only
/* Hands every frame, as it is, to another interface, like a wire between the two. */
#include "xdp_counters.h"

/* Entry 0 is the interface. Without one, frames go to the network stack. */
struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32); /* interface index */
} ports SEC(".maps");

SEC("xdp")
int xdp_redirect(struct xdp_md *ctx)
{
    return count(ctx, bpf_redirect_map(&ports, 0, XDP_PASS));
}

char LICENSE[] SEC("license") = "GPL";
