/* SPDX-License-Identifier: GPL-2.0-only */
/* What differs in a program that is compiled for a device (-DXDP_OFFLOAD): a device has no per-CPU maps,
 * its cores share what they count in, and it has no global variables.
 */
#ifndef OFFLOAD_H
#define OFFLOAD_H

#ifdef XDP_OFFLOAD
#define MAP_TYPE_COUNTER BPF_MAP_TYPE_ARRAY
#define COUNT_UP(counter) ((void)__sync_fetch_and_add(counter, 1))
#define SETTING static const /* can only be set by compiling it */
#else
#define MAP_TYPE_COUNTER BPF_MAP_TYPE_PERCPU_ARRAY
#define COUNT_UP(counter) ((void)++*(counter))
#define SETTING const volatile /* set before the program is loaded */
#endif

#endif /* OFFLOAD_H */
