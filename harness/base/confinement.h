// How code of unknown origin is held.
#pragma once

#include <cstddef>

namespace xdpbench {

// What code of unknown origin is run with: the user nobody (or, if this process is not root's, a
// user namespace of its own) and no way to more, in a session and an empty network namespace of its
// own, without this process's descriptors and environment, and with few system calls
// (confined_calls()). What everybody may read, it may read.
struct Confinement {
    std::size_t memory_bytes = std::size_t{1} << 30;  // of address space
    unsigned cpu_seconds = 30;
};

}  // namespace xdpbench
