// Which CPUs nobody else uses, by watching them: a CPU's number does not say it.
#pragma once

#include <map>
#include <string_view>
#include <vector>

namespace xdpbench::traffic {

// Time that each CPU was not idle, in clock ticks, from the text of /proc/stat. Steal is in it:
// a CPU whose hypervisor runs something else is as busy for us.
[[nodiscard]] std::map<int, double> parse_busy_ticks(std::string_view stat);

// Of that the ticks in soft interrupts: where a driver's frames are handled.
[[nodiscard]] std::map<int, double> parse_softirq_ticks(std::string_view stat);

// `cpus`, the busiest first. Those whose share of busy time (0 to 1, one a CPU) differs by less
// than a clock tick or two in the time watched keep their order.
[[nodiscard]] std::vector<int> busiest_first(const std::vector<int>& cpus,
                                             const std::map<int, double>& busy);

// The same after watching for `seconds`, in which the calling thread sleeps. With one CPU it does
// not watch.
[[nodiscard]] std::vector<int> watch_busiest_first(const std::vector<int>& cpus, double seconds);

}  // namespace xdpbench::traffic
