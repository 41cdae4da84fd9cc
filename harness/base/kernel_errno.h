// Numbers of errors that reach user space from the kernel and that <cerrno> does not have.
#pragma once

namespace xdpbench {

inline constexpr int kEnotsupp = 524;  // ENOTSUPP, of BPF and of drivers (include/linux/errno.h)

}  // namespace xdpbench
