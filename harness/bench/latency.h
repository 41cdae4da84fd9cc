// Latency: how long frames take from the generator through a program to where they arrive, at one
// rate, against the same way with an empty program.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"
#include "bench/trial.h"
#include "model/load.h"
#include "traffic/sink.h"

namespace xdpbench::bench {

// Invalid unless each of the frames that arrived at an end is in its histogram.
Result<void> require_all_timed(const traffic::Latencies& taken, std::uint64_t arrived,
                               const std::string& place);

// `rounds` trials of `seconds` at the record's rate through the program, interleaved with as many
// through the baseline. Fills the record's trials, latencies and clock_ns. The rig's frames are
// stamped. Invalid if frames arrived without their stamp, or if the histograms do not hold as many
// as arrived.
Result<void> measure_latency(TrialRig& rig, double seconds, int rounds,
                             const std::function<void(const std::string&)>& progress,
                             model::LoadRecord& record);

}  // namespace xdpbench::bench
