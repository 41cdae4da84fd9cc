// SPDX-License-Identifier: GPL-2.0-only
/* The fresh-packet loop: test-run again and again (BPF_PROG_TEST_RUN with `repeat`), each run gives the next
 * frame to a program under test. The kernel does not reset the packet between repeats, so what the run
 * before left behind is undone here: metadata, head, tail, and every byte.
 *
 * Programs under test stand in slots, so that several of them are timed by one and the same code.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "frames.h"

#define SHORT_FRAME 128 /* bytes */

const volatile __u32 frags; /* set before load; 1: packets may be in several buffers */

/* Written from user space between calls. */
__u32 slot;  /* the program that is given the packets */
__u64 start; /* where the packet of this call began, as a number; 0 before the first run of a call */
__u64 here;  /* where it begins now */
__u64 failed; /* runs that could not give a fresh packet or found the slot empty; must stay 0 */

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, REFRESH_SLOTS);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} programs SEC(".maps");

/* Head and metadata as at the start of the call. The address goes through a map's memory because the
 * verifier lets a packet pointer be stored there, and what is read back is a number to reckon with. */
static __always_inline int restore_head(struct xdp_md *ctx)
{
    volatile __u64 *began = &start, *begins = &here;
    __s64 metadata = (void *)(long)ctx->data - (void *)(long)ctx->data_meta;
    __s64 moved;

    if (metadata > 0 && bpf_xdp_adjust_meta(ctx, metadata))
        return -1;
    *begins = (__u64)(long)ctx->data;
    if (!*began)
        *began = *begins;
    moved = (__s64)(*began - *begins);
    if (moved && bpf_xdp_adjust_head(ctx, moved))
        return -1;
    return 0;
}

/* Every byte as in the frame, into a packet of its length. Short frames are copied in place: the call of
 * bpf_xdp_store_bytes would take longer than most programs under test. */
static __always_inline int restore_bytes(struct xdp_md *ctx, struct replay_frame *frame, __u32 length)
{
    void *from = frame + 1;
    void *packet = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    __u32 last = length - sizeof(__u64);
    int word;

    if (length > SHORT_FRAME)
        return bpf_xdp_store_bytes(ctx, 0, from, length);
#pragma unroll
    for (word = 0; word < SHORT_FRAME; word += sizeof(__u64)) {
        if (word + sizeof(__u64) > max_length || packet + word + sizeof(__u64) > end)
            break;
        *(__u64 *)(packet + word) = *(__u64 *)(from + word);
    }
    /* The rest, together with bytes before it. */
    if (last > max_length - sizeof(__u64) || packet + last + sizeof(__u64) > end)
        return -1;
    *(__u64 *)(packet + last) = *(__u64 *)(from + last);
    return 0;
}

SEC("xdp")
int refresh(struct xdp_md *ctx)
{
    __u32 length, length_now;
    struct replay_frame *frame = next_frame(&length);

    if (!frame || restore_head(ctx))
        goto fail;
    length_now = frags ? bpf_xdp_get_buff_len(ctx) : ctx->data_end - ctx->data;
    if (length != length_now && bpf_xdp_adjust_tail(ctx, (int)length - (int)length_now))
        goto fail;
    if (restore_bytes(ctx, frame, length))
        goto fail;
    /* Constant slots: the kernel turns each into a direct jump. */
    switch (slot) {
    case 0:
        bpf_tail_call_static(ctx, &programs, 0);
        break;
    case 1:
        bpf_tail_call_static(ctx, &programs, 1);
        break;
    case 2:
        bpf_tail_call_static(ctx, &programs, 2);
        break;
    case 3:
        bpf_tail_call_static(ctx, &programs, 3);
        break;
    }
fail:
    failed++;
    return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
