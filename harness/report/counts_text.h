// Counts and settings as text on one line.
#pragma once

#include <string>

#include "model/bound.h"
#include "model/common.h"
#include "model/xsk.h"

namespace xdpbench::report {

// "488 XDP_TX, 512 XDP_PASS"; "none" if there are none.
[[nodiscard]] std::string tally_text(const model::ActionTally& tally, std::uint64_t no_action = 0);

// "dut_rx_drops 12"; "none" if there are none.
[[nodiscard]] std::string losses_text(const model::Losses& losses);

// "XDP_TX, 1,000 frames of 60 bytes in 64 flows (icmp_echo_64.pcap)".
[[nodiscard]] std::string traffic_text(const model::BenchSetup& setup);

// The same with the path before it, "native XDP_TX, ...", and "INVALID: " before an invalid one.
[[nodiscard]] std::string setup_text(const model::BenchSetup& setup, model::Outcome outcome);

// "all frames accounted for", or "frames UNACCOUNTED FOR".
[[nodiscard]] std::string accounting_text(bool accounted);

// "shared: generator and program on CPU 1", "separate: generator on CPU 0, ...".
[[nodiscard]] std::string placement_text(const model::BenchSetup& setup);

// "1 socket (copy), 21.3 frames per batch, 4,123 wake-ups; drops: none".
[[nodiscard]] std::string sockets_text(const model::XskRecord& xsk, const model::Losses& losses);

// "generator, xdp_drop native: at most 2.5 Mpps over this port, measured first"; empty where it was
// not measured.
[[nodiscard]] std::string generator_line(const model::BenchSetup& setup);
// The same as a line below the setup of a bench.
[[nodiscard]] std::string generator_row(const model::BenchSetup& setup);

// A rate over real ports, if the generator limits it: "xdp_drop native is limited by the generator:
// the program kept up with 98 % of what the generator can send (2.5 Mpps)". Else empty.
[[nodiscard]] std::string generator_limit(const model::BenchSetup& setup, model::Bound bound,
                                          double rate);
// The same and what to do about it, as a line.
[[nodiscard]] std::string generator_hint(const model::BenchSetup& setup, model::Bound bound,
                                         double rate);

}  // namespace xdpbench::report
