// What arrived at one end of a link: counted and kept there, in this process or another one.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "packet/frame.h"
#include "stats/histogram.h"

namespace xdpbench::traffic {

struct Latencies {
    stats::LatencyHistogram histogram;  // of all CPUs
    std::uint64_t unstamped = 0;        // frames that arrived without a stamp
};

class Arrivals {
  public:
    Arrivals() = default;
    Arrivals(Arrivals&&) = default;
    Arrivals& operator=(Arrivals&&) = default;
    Arrivals(const Arrivals&) = delete;
    Arrivals& operator=(const Arrivals&) = delete;
    virtual ~Arrivals() = default;

    // Frames arrived so far.
    [[nodiscard]] virtual Result<std::uint64_t> arrived() const = 0;
    // The latencies counted since the last time, while nothing arrives.
    [[nodiscard]] virtual Result<Latencies> take_latencies() const = 0;
    // The frames kept, from frame `first` on, in order of arrival.
    [[nodiscard]] virtual Result<packet::Frames> captured(std::uint32_t first) const = 0;
    [[nodiscard]] Result<packet::Frames> captured() const { return captured(0); }
};

}  // namespace xdpbench::traffic
