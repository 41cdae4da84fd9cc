// Limits of this process (getrlimit(2)) that a run needs room in.
#pragma once

#include "base/result.h"

namespace xdpbench::probe {

// A run holds so many file descriptors at most: programs, maps, links, namespaces, pipes.
inline constexpr unsigned kDescriptorsOfARun = 128;

// Takes as many descriptors as the hard limit allows. Unavailable if that is too few: a run would
// end in the middle of something.
Result<void> require_descriptors();

}  // namespace xdpbench::probe
