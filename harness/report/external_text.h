// What somebody else's generator sent, on the console. Pure.
#pragma once

#include <string>

#include "model/external.h"

namespace xdpbench::report {

[[nodiscard]] std::string external_text(const model::ExternalRecord& external);
// "rx_queue_0_packets 12, rx_queue_1_packets 13"; "none".
[[nodiscard]] std::string counters_text(const std::map<std::string, std::uint64_t>& counters);
// "CPU 1 98 % (97 % soft interrupts)", those that were busy.
[[nodiscard]] std::string cpu_shares_text(const model::ExternalRecord& external);

// What the user has to do, and how long there is time for it: a line for the start of a run.
[[nodiscard]] std::string external_request(const std::string& device, double seconds);

}  // namespace xdpbench::report
