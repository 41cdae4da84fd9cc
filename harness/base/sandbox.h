// The system calls that code of unknown origin may make.
#pragma once

#include <linux/filter.h>

#include <vector>

#include "base/result.h"

namespace xdpbench {

// A seccomp filter (a classic BPF program) under which a process reads files, computes, talks
// through the descriptors it has, starts threads and programs, and opens IP sockets in its network
// namespace. All else fails with EPERM: to create, change or remove files, sockets of other
// families (UNIX, VSOCK, packet), signals to other processes, namespaces, mounts, bpf(), ptrace(),
// io_uring and system calls of later kernels. Made before fork(): libseccomp allocates memory.
Result<std::vector<sock_filter>> confined_calls();

}  // namespace xdpbench
