// Counts and settings on one line, for a person.
#pragma once

#include <string>

#include "model/common.h"

namespace xdpbench::report {

// "488 XDP_TX, 512 XDP_PASS"; "none" if there are none.
[[nodiscard]] std::string tally_text(const model::ActionTally& tally);

// "dut_rx_drops 12"; "none" if there are none.
[[nodiscard]] std::string losses_text(const model::Losses& losses);

// "native XDP_TX, 1,000 frames of 60 bytes in 64 flows (icmp_echo_64.pcap)"; says before it if the
// measurement is invalid.
[[nodiscard]] std::string setup_text(const model::BenchSetup& setup, model::Outcome outcome);

// "shared: generator and program on CPU 1", "separate: generator on CPU 0, ...".
[[nodiscard]] std::string placement_text(const model::BenchSetup& setup);

}  // namespace xdpbench::report
