#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xdpbench::bpf {

// How many values the kernel reads and writes for one entry of a per-CPU map.
Result<std::size_t> possible_cpus();

// Whether the machine has this CPU and uses it.
[[nodiscard]] bool cpu_is_online(int cpu);

// "0,2-4" as the kernel and taskset write lists of CPUs: 0, 2, 3, 4, ascending and each once.
// Nothing if it is none.
[[nodiscard]] std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

// Whether the two are threads of one core, by sysfs. A virtual machine need not tell the truth.
[[nodiscard]] bool are_siblings(int one, int other);

// The NUMA node of a CPU, by sysfs; 0 where it does not tell.
[[nodiscard]] int node_of(int cpu);

}  // namespace xdpbench::bpf
