// SPDX-License-Identifier: GPL-2.0-only
/* Limits the packets of each IPv4 source: a bucket of `burst` tokens, one token a packet, and one
 * more every `interval_ns`. Without a token the packet is dropped. What is not IPv4 passes.
 *
 * Two CPUs that handle packets of one source at the same time may let one packet too many through.
 */
#include "packet_headers.h"
#include "xdp_counters.h"

const volatile __u64 burst = 1000;           /* tokens of a full bucket */
const volatile __u64 interval_ns = 1000000; /* until there is one more token; not 0 */

struct bucket {
    __u64 tokens;
    __u64 filled; /* when the last token was added, CLOCK_MONOTONIC */
};

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, __be32);
    __type(value, struct bucket);
} buckets SEC(".maps");

/* Adds the tokens of the time that has passed. */
static __always_inline void fill(struct bucket *bucket, __u64 now)
{
    __u64 more = (now - bucket->filled) / interval_ns;

    if (!more)
        return;
    bucket->filled += more * interval_ns;
    bucket->tokens = more >= burst - bucket->tokens ? burst : bucket->tokens + more;
}

static __always_inline int limit(struct xdp_md *ctx)
{
    struct bucket *bucket;
    struct iphdr *ip;
    __be32 source;
    __u64 now;

    if (!find_ipv4(ctx, &ip) || !interval_ns)
        return XDP_PASS;
    source = ip->saddr;
    now = bpf_ktime_get_ns();
    bucket = bpf_map_lookup_elem(&buckets, &source);
    if (!bucket) {
        struct bucket full = {.tokens = burst, .filled = now};

        bpf_map_update_elem(&buckets, &source, &full, BPF_NOEXIST);
        bucket = bpf_map_lookup_elem(&buckets, &source);
        if (!bucket)
            return XDP_PASS;
    }
    fill(bucket, now);
    if (!bucket->tokens)
        return XDP_DROP;
    bucket->tokens--;
    return XDP_PASS;
}

SEC("xdp")
int rate_limit(struct xdp_md *ctx)
{
    return count(ctx, limit(ctx));
}

char LICENSE[] SEC("license") = "GPL";
