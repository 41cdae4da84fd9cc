// SPDX-License-Identifier: GPL-2.0-only
/* The empty program of paths that end in a redirect: one program a means of redirecting, of which one is
 * loaded, and each a second time for places where nothing else counts its frames. Entry 0 of `ports` is the
 * target, or the entries of `cpus`, round-robin, or the socket of the frame's queue.
 */
#include "xdp_counters.h"

/* Set before load. */
const volatile __u32 target = 0; /* interface index */
#define MAX_TARGETS 64
const volatile __u32 cpu_count = 1;           /* 1 to MAX_TARGETS */
const volatile __u32 cpu_targets[MAX_TARGETS]; /* keys of `cpus` */

__u32 turn; /* exact only while one CPU redirects at a time */

struct {
    __uint(type, BPF_MAP_TYPE_DEVMAP); /* before load: that of the program under test */
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32); /* interface index */
} ports SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CPUMAP);
    __uint(max_entries, 1); /* the highest of cpu_targets + 1, before load */
    __type(key, __u32);
    __type(value, __u32); /* size of the queue */
} cpus SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_XSKMAP);
    __uint(max_entries, 64);
    __type(key, __u32);   /* queue */
    __type(value, __u32); /* descriptor of an AF_XDP socket */
} sockets SEC(".maps");

static __always_inline int redirect_to_port(void)
{
    return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

static __always_inline int redirect_to_cpu(void)
{
    __u32 index = 0;

    if (cpu_count > 1)
        index = turn++ % cpu_count;
    return bpf_redirect_map(&cpus, cpu_targets[index % MAX_TARGETS], XDP_ABORTED);
}

SEC("xdp")
int to_interface(struct xdp_md *ctx)
{
    (void)ctx;
    return bpf_redirect(target, 0);
}

SEC("xdp")
int to_interface_counted(struct xdp_md *ctx)
{
    return count(ctx, bpf_redirect(target, 0));
}

SEC("xdp")
int to_port(struct xdp_md *ctx)
{
    (void)ctx;
    return redirect_to_port();
}

SEC("xdp")
int to_port_counted(struct xdp_md *ctx)
{
    return count(ctx, redirect_to_port());
}

SEC("xdp")
int to_cpu(struct xdp_md *ctx)
{
    (void)ctx;
    return redirect_to_cpu();
}

SEC("xdp")
int to_cpu_counted(struct xdp_md *ctx)
{
    return count(ctx, redirect_to_cpu());
}

SEC("xdp")
int to_socket(struct xdp_md *ctx)
{
    return bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_ABORTED);
}

SEC("xdp")
int to_socket_counted(struct xdp_md *ctx)
{
    return count(ctx, bpf_redirect_map(&sockets, ctx->rx_queue_index, XDP_ABORTED));
}

char _license[] SEC("license") = "GPL";
