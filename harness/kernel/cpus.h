#pragma once

#include <cstddef>

#include "base/result.h"

namespace xdpbench {

// How many values the kernel reads and writes for one entry of a per-CPU map.
Result<std::size_t> possible_cpus();

// Whether the machine has this CPU and uses it.
[[nodiscard]] bool cpu_is_online(int cpu);

}  // namespace xdpbench
