/* SPDX-License-Identifier: GPL-2.0-only */
/* The frames that the generator and the fresh-packet loop give out in turn: part of a program of
 * the harness. */
#ifndef FRAMES_H
#define FRAMES_H

#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>

#include "replay.h"

/* Set before load. */
const volatile __u32 frame_count = 1;
const volatile __u32 max_length = REPLAY_MIN_LENGTH;

__u32 next; /* number of the frame that the next run takes; changed from user space between calls */
__u64 turns; /* how often the last frame was taken: with `next` it says how far a call came that
              * a signal cut short */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1); /* frame_count, before load */
    __uint(key_size, sizeof(__u32));
    __uint(value_size,
           sizeof(struct replay_frame) + REPLAY_MIN_LENGTH); /* + max_length, before load */
} frames SEC(".maps");

/* The next frame and its length, which the caller's verifier knows to fit; null only if there is a
 * bug. */
static __always_inline struct replay_frame* next_frame(__u32* length) {
    __u32 index = next;
    struct replay_frame* frame = bpf_map_lookup_elem(&frames, &index);

    if (index + 1 < frame_count) {
        next = index + 1;
    } else {
        next = 0;
        turns++;
    }
    if (!frame) return 0;
    *length = frame->length;
    if (*length < REPLAY_MIN_LENGTH || *length > max_length) return 0;
    return frame;
}

#endif /* FRAMES_H */
