// SPDX-License-Identifier: GPL-2.0-only
/* The empty program of paths that end in a redirect: one program a means of redirecting, of which one is
 * loaded. Entry 0 of `ports` is the target, or the entries of `cpus` are, in turn.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/* Set before load. */
const volatile __u32 target = 0; /* interface index */
#define MAX_TARGETS 64
const volatile __u32 cpu_count = 1;           /* 1 to MAX_TARGETS */
const volatile __u32 cpu_targets[MAX_TARGETS]; /* keys of `cpus` */

__u32 turn; /* one CPU redirects at a time */

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

SEC("xdp")
int to_interface(struct xdp_md *ctx)
{
    (void)ctx;
    return bpf_redirect(target, 0);
}

SEC("xdp")
int to_port(struct xdp_md *ctx)
{
    (void)ctx;
    return bpf_redirect_map(&ports, 0, XDP_ABORTED);
}

SEC("xdp")
int to_cpu(struct xdp_md *ctx)
{
    __u32 index = 0;

    (void)ctx;
    if (cpu_count > 1)
        index = turn++ % cpu_count;
    return bpf_redirect_map(&cpus, cpu_targets[index % MAX_TARGETS], XDP_ABORTED);
}

char _license[] SEC("license") = "GPL";
