/* SPDX-License-Identifier: GPL-2.0-only */
/* Layouts shared by the harness's own programs and user space. All fields in host byte order. */
#ifndef REPLAY_H
#define REPLAY_H

#include <linux/types.h>

#define REPLAY_MIN_LENGTH 14 /* an Ethernet header: the least that XDP accepts */

#define REFRESH_SLOTS 4 /* programs that the fresh-packet loop can take turns with */

/* A value of the map `frames` of the generator and of the fresh-packet loop: the value size is
 * sizeof(this) + the longest frame. */
struct replay_frame {
    __u32 length;    /* of the frame, in bytes */
    __u32 stamp_sum; /* what the 16-bit words of its stamp have to add up to (stamp.h), if it gets
                        one */
    /* the bytes follow */
};

/* The schedule of a paced generator. Its times count from `start`, in 2^-REPLAY_PACE_SHIFT ns:
 * enough for three days, fine enough for 100 million frames a second to be right to 10^-5. */
#define REPLAY_PACE_SHIFT 16
struct replay_pace {
    /* Set before the first call. */
    __u64 interval; /* from one frame to the next */
    __u64 slack; /* a generator that was held up longer gives up what it did not send meanwhile */
    __u64 end;   /* frames are due before this */
    /* Kept by the generator. */
    __u64 due;       /* when the next frame is */
    __u64 worst_lag; /* the longest that a frame was sent after it was due */
    __u64 start;     /* of the first run, ns of CLOCK_MONOTONIC; 0: not yet */
    __u64 last;      /* when the last frame was sent, ns of CLOCK_MONOTONIC */
    __u64 sent;      /* frames */
    __u64 done;      /* 1: all were sent */
};

/* A value of the sink's map `captured`: the value size is sizeof(this) + capture_length. */
struct captured_frame {
    __u32 length;        /* of the frame; of it min(length, capture_length) bytes are kept */
    __u16 vlan_protocol; /* of a tag that the stack took out of the bytes (host order); 0: none */
    __u16 vlan_tci;
    /* the bytes follow */
};

/* Per CPU, in the sink's map `arrived`. */
struct arrived_counter {
    __u64 packets;
    __u64 bytes;
};

#endif /* REPLAY_H */
