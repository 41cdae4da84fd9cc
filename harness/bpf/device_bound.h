// The flag of programs that are loaded for one device, and run on the CPU.
#pragma once

#include <cstdint>

namespace xdpbench::bpf {

// BPF_F_XDP_DEV_BOUND_ONLY of kernel 6.3; not in the headers of Debian 12.
inline constexpr std::uint32_t kDeviceBoundOnly = 1U << 6;

}  // namespace xdpbench::bpf
