/* SPDX-License-Identifier: GPL-2.0-only */
/* Latencies as the sink counts them and user space reads them: a histogram in the bucket layout of HdrHistogram
 * (Gil Tene, http://hdrhistogram.org): every power of two is cut into 2^LATENCY_HALF_BITS buckets of equal width, so
 * that a bucket is at most 2^-LATENCY_HALF_BITS of its values wide. Its settings there: unit 1 ns, sub-bucket half count 32.
 */
#ifndef LATENCY_H
#define LATENCY_H

#include <linux/types.h>

#ifndef __always_inline
#define __always_inline inline __attribute__((always_inline))
#endif

#define LATENCY_HALF_BITS 5   /* a resolution of 1/32 */
#define LATENCY_VALUE_BITS 36 /* up to 68.7 s; what took longer counts in the last bucket */
#define LATENCY_BUCKETS ((LATENCY_VALUE_BITS - LATENCY_HALF_BITS + 1) << LATENCY_HALF_BITS)

/* The bucket of a latency in ns, from 0 on. */
static __always_inline __u32 latency_bucket(__u64 ns)
{
    __u64 rest = ns >> (LATENCY_HALF_BITS + 1);
    __u32 shift = 0; /* how many bits `rest` has: by halving, because BPF cannot count leading zeros */

    if (ns >> LATENCY_VALUE_BITS)
        return LATENCY_BUCKETS - 1;
    if (rest >> 16) {
        shift += 16;
        rest >>= 16;
    }
    if (rest >> 8) {
        shift += 8;
        rest >>= 8;
    }
    if (rest >> 4) {
        shift += 4;
        rest >>= 4;
    }
    if (rest >> 2) {
        shift += 2;
        rest >>= 2;
    }
    if (rest >> 1) {
        shift += 1;
        rest >>= 1;
    }
    shift += (__u32)rest;
    return (shift << LATENCY_HALF_BITS) + (__u32)(ns >> shift);
}

/* Per CPU, in the sink's map `latencies`. */
struct latency_samples {
    __u64 counts[LATENCY_BUCKETS];
    __u64 longest;   /* ns, exactly */
    __u64 unstamped; /* frames that arrived without a stamp */
};

#endif /* LATENCY_H */
