// The smallest programs there are, loaded to see whether the kernel takes them.
#pragma once

#include <linux/bpf.h>

#include <cstdint>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench::probe {

// An XDP program that returns `returned`. Bound to the device `offload_ifindex` of the calling
// thread's namespace unless that is 0. `flags`: of BPF_PROG_LOAD.
Result<UniqueFd> load_probe_xdp(xdp_action returned, unsigned offload_ifindex = 0,
                                std::uint32_t flags = 0);

// An XDP program that adds atomically and uses the old value (BPF_FETCH).
Result<UniqueFd> load_probe_atomics();

// A tc program that returns TC_ACT_OK.
Result<UniqueFd> load_probe_tc();

}  // namespace xdpbench::probe
