// SPDX-License-Identifier: GPL-2.0-only
/* The replay generator: run with BPF_PROG_TEST_RUN and BPF_F_TEST_XDP_LIVE_FRAMES (kernel 5.18), each
 * run turns the live frame into the next frame of `frames` and redirects it to `target`.
 *
 * The kernel recycles the pages of live frames with their old content, so every byte is written every
 * time. The return value of a live run is always 0: what became of the frames is read where they arrive.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "replay.h"

/* Set before load. The live frame starts with `max_length` bytes; shorter frames cut its tail. */
const volatile __u32 frame_count = 1;
const volatile __u32 max_length = REPLAY_MIN_LENGTH;

/* Changed between calls from user space; only one CPU runs one instance of this program. */
__u32 target;   /* interface index in the caller's network namespace */
__u32 next;     /* the frame that the next run sends */
__u64 refused;  /* runs that could not make their frame: none, unless there is a bug */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);                          /* frame_count, before load */
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(struct replay_frame) + REPLAY_MIN_LENGTH); /* + max_length, before load */
} frames SEC(".maps");

SEC("xdp")
int replay(struct xdp_md *ctx)
{
    __u32 index = next;
    struct replay_frame *frame;
    __u32 length;

    frame = bpf_map_lookup_elem(&frames, &index);
    next = index + 1 < frame_count ? index + 1 : 0;
    if (!frame)
        goto refuse;
    length = frame->length;
    if (length < REPLAY_MIN_LENGTH || length > max_length)
        goto refuse;
    if (length < max_length && bpf_xdp_adjust_tail(ctx, (int)length - (int)max_length))
        goto refuse;
    if (bpf_xdp_store_bytes(ctx, 0, frame + 1, length))
        goto refuse;
    return bpf_redirect(target, 0);
refuse:
    refused++;
    return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
