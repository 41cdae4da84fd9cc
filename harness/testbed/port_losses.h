// The counters of a port that speak of frames that were lost.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::testbed {

// The driver's own ones, by their names ("rx_missed_errors", "rx_queue_0_drops"), and rx_dropped,
// rx_errors, tx_dropped and tx_errors that every interface has. What they mean differs from driver
// to driver: evidence only.
Result<std::map<std::string, std::uint64_t>> read_port_losses(const net::NetNs& netns,
                                                              const std::string& port);

}  // namespace xdpbench::testbed
