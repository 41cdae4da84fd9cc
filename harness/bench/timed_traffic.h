// The frames of a bench and the paths that they take: what is known before a rig is built.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "bench/paths.h"
#include "packet/frame.h"
#include "target/target.h"
#include "target/traffic_shape.h"

namespace xdpbench::bench {

struct TimedTraffic {
    packet::Frames frames;
    Paths paths;
};

Result<TimedTraffic> find_traffic(const target::Target& target, const target::TrafficShape& shape,
                                  const Settle& settle);

// The frames of `whole` that took `action`, on their own: they have to take it without the others,
// too. Unavailable, with how many do not: then they have no cost of their own.
Result<TimedTraffic> only_with(const target::Target& target, const TimedTraffic& whole,
                               model::Action action, const Settle& settle);

// The verdicts that occur, the commonest first.
[[nodiscard]] std::vector<model::Action> verdicts_of(const Paths& paths);

}  // namespace xdpbench::bench
