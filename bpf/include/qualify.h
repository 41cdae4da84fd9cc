/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of `xdp-bench qualify` and user space agree on. */
#ifndef QUALIFY_H
#define QUALIFY_H

#include <linux/types.h>

/* The frames of a qualification have this source address (locally administered): all others are
 * passed on and counted as foreign. */
#define QUALIFY_SOURCE_MAC {0x02, 0x78, 0x64, 0x70, 0x71, 0x66}
#define QUALIFY_MAC_LENGTH 6
#define QUALIFY_PORT 9009 /* of UDP or TCP, that they are sent to */

/* What is written in front of a frame whose head grows or shrinks: an Ethernet header, and 2 more
 * bytes. */
#define QUALIFY_CHUNK 16
#define QUALIFY_FILLER 0x5a
#define QUALIFY_ETHERTYPE 0x88b5 /* local experimental */

/* Metadata of a frame: this byte, QUALIFY_METADATA times. */
#define QUALIFY_METADATA 32
#define QUALIFY_METADATA_BYTE 0xa5

/* What a device reports of a received frame. */
struct qualify_hint {
    __s32 error;  /* of the kfunc: 0 or a negative errno */
    __u32 type;   /* of a hash: enum xdp_rss_hash_type; of a VLAN tag: its protocol, host order */
    __u64 value;  /* the hash, the time stamp, or the tag control information */
    __u32 source; /* UDP or TCP source port of the frame, host order: tells its flow */
    __u32 pad;
};
#define QUALIFY_HINTS 256

#endif /* QUALIFY_H */
