/* SPDX-License-Identifier: GPL-2.0-only */
/* Layouts shared by the harness's own programs and user space. All fields in host byte order. */
#ifndef REPLAY_H
#define REPLAY_H

#include <linux/types.h>

#define REPLAY_MIN_LENGTH 14 /* an Ethernet header: the least that XDP accepts */

#define REFRESH_SLOTS 4 /* programs that the fresh-packet loop can take turns with */

/* A value of the map `frames` of the generator and of the fresh-packet loop: the value size is sizeof(this) + the longest frame. */
struct replay_frame {
    __u32 length; /* of the frame, in bytes */
    __u32 unused;
    /* the bytes follow */
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
