/* SPDX-License-Identifier: GPL-2.0-only */
/* The time stamp that the generator writes into the end of a frame and the sink reads there.
 *
 * It has a word that makes up for the others: its 16-bit words always have the one's complement sum that the bytes
 * had which stood there before. So an Internet checksum over all of them (IP, TCP, UDP, ICMP) stays right, whichever
 * it is, and so does one over none of them.
 */
#ifndef STAMP_H
#define STAMP_H

#include <linux/types.h>

#define STAMP_MAGIC 0x5b0c
#define STAMP_WORDS 5
#define STAMP_LENGTH 10 /* bytes, 2 a word */
#define STAMP_TIME_BITS 48             /* three days: enough for a difference */

/* All in the byte order of this machine. The time is split in words because the stamp need not be aligned. */
struct stamp {
    __u16 magic;
    __u16 time[3]; /* ns of CLOCK_MONOTONIC, the lower STAMP_TIME_BITS, least significant word first */
    __u16 balance;
};

/* Where the stamp stands in a frame of `length` bytes: at its end, where checksums' words begin, which is an even
 * distance from the frame's start. A header put in front or taken off there has an even length. */
static inline __attribute__((always_inline)) __u32 stamp_offset(__u32 length)
{
    return (length - STAMP_LENGTH) & ~1U;
}

/* Words added with the carry coming round, in two steps for up to 2^16 of them. */
static inline __attribute__((always_inline)) __u16 stamp_fold(__u32 sum)
{
    sum = (sum & 0xffff) + (sum >> 16);
    return (__u16)((sum & 0xffff) + (sum >> 16));
}

/* The stamp of a time, whose words add up to `sum`. */
static inline __attribute__((always_inline)) struct stamp make_stamp(__u64 now, __u32 sum)
{
    struct stamp stamp = {
        .magic = STAMP_MAGIC, .time = {(__u16)now, (__u16)(now >> 16), (__u16)(now >> 32)}, .balance = 0};

    /* One's complement: to subtract is to add the complement. */
    stamp.balance = stamp_fold((sum & 0xffff) + (__u16)~stamp.magic + (__u16)~stamp.time[0] + (__u16)~stamp.time[1] +
                               (__u16)~stamp.time[2]);
    return stamp;
}

static inline __attribute__((always_inline)) __u64 stamp_time(const struct stamp *stamp)
{
    return stamp->time[0] | (__u64)stamp->time[1] << 16 | (__u64)stamp->time[2] << 32;
}

/* How long ago a stamped frame was sent, ns. */
static inline __attribute__((always_inline)) __u64 stamp_age(const struct stamp *stamp, __u64 now)
{
    return (now - stamp_time(stamp)) & ((1ULL << STAMP_TIME_BITS) - 1);
}

#ifdef __bpf__
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

static __always_inline long write_stamp(struct xdp_md *ctx, __u32 length, __u32 sum, __u64 now)
{
    struct stamp stamp = make_stamp(now, sum);

    if (length < STAMP_LENGTH)
        return -1;
    return bpf_xdp_store_bytes(ctx, stamp_offset(length), &stamp, sizeof(stamp));
}
#endif

#endif /* STAMP_H */
