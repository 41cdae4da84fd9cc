// Somebody else's generator sends (T-Rex, pktgen on another host); what arrives is counted.
#pragma once

#include <functional>
#include <string>

#include "bench/bench_case.h"
#include "model/external.h"

namespace xdpbench::bench {

// The program of `bench` on its device: waits until the first frame arrives, for `seconds` at most,
// then counts for `seconds`. An error of the environment if nothing arrives. Nothing is known of
// what was sent, so no loss before the port, and no maximum of the generator.
[[nodiscard]] model::ExternalRecord count_external(
    const BenchCase& bench, double seconds,
    const std::function<void(const std::string&)>& progress);

// Of the driver's counters those of frames that a queue received: "rx_queue_0_packets".
[[nodiscard]] bool counts_queue(std::string_view name);

}  // namespace xdpbench::bench
