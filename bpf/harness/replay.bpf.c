// SPDX-License-Identifier: GPL-2.0-only
/* The replay generator: run with BPF_PROG_TEST_RUN and BPF_F_TEST_XDP_LIVE_FRAMES (kernel 5.18), each
 * run turns the live frame into the next frame of `frames` and redirects it to `target`.
 *
 * The kernel recycles the pages of live frames with their old content, so every byte is written every
 * time. The return value of a live run is always 0: what became of the frames is read where they arrive.
 *
 * Paced, it keeps a schedule by the monotonic clock: a run before the next frame is due sends nothing.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "frames.h"
#include "stamp.h"

/* Set before load. The live frame starts with `start_length` bytes, which is no frame's length: only
 * where a run has changed the length the kernel (net/bpf/test_run.c) writes it into the frame. Else
 * it sends one whose tail the program under test has moved with the length that this left there. */
const volatile __u32 start_length = REPLAY_MIN_LENGTH;
const volatile __u8 paced = 0;   /* send by `pace` */
const volatile __u8 stamped = 0; /* and write the time into each frame */

/* Changed between calls from user space; only one CPU runs one instance of this program. */
__u32 target;            /* interface index in the caller's network namespace */
struct replay_pace pace; /* if paced */
__u64 refused;           /* runs that could not make their frame: none, unless there is a bug */

/* Whether a frame is to be sent now; keeps the schedule. */
static __always_inline int is_due(__u64 now)
{
    __u64 elapsed;

    if (!pace.start)
        pace.start = now;
    elapsed = (now - pace.start) << REPLAY_PACE_SHIFT;
    if (pace.due >= pace.end) {
        pace.done = 1;
        return 0;
    }
    if (elapsed < pace.due)
        return 0;
    if (elapsed - pace.due > pace.worst_lag)
        pace.worst_lag = elapsed - pace.due;
    if (elapsed - pace.due > pace.slack) {
        pace.due = elapsed - pace.slack;
        if (pace.due >= pace.end)
            return 0;
    }
    pace.due += pace.interval;
    pace.sent++;
    pace.last = now;
    return 1;
}

SEC("xdp")
int replay(struct xdp_md *ctx)
{
    struct replay_frame *frame;
    __u32 length;
    __s32 change;
    __u64 now = 0;

    if (paced) {
        now = bpf_ktime_get_ns();
        if (!is_due(now))
            return XDP_DROP; /* the page goes back to where the live frames come from */
    }
    frame = next_frame(&length);
    if (!frame)
        goto refuse;
    change = (__s32)length - (__s32)start_length;
    /* Not by comparing the lengths: the verifier of 6.1 would go on with a length of start_length,
     * for which a frame has no room. */
    asm volatile("" : "+r"(change));
    if (change && bpf_xdp_adjust_tail(ctx, change))
        goto refuse;
    if (bpf_xdp_store_bytes(ctx, 0, frame + 1, length))
        goto refuse;
    if (stamped && write_stamp(ctx, length, frame->stamp_sum, now))
        goto refuse;
    return bpf_redirect(target, 0);
refuse:
    refused++;
    return XDP_ABORTED;
}

char _license[] SEC("license") = "GPL";
