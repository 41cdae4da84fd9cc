// The most that the generator itself sends over a port: what a rate there has to be read against.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "net/interface.h"

namespace xdpbench::traffic {

// Frames sent as fast as possible.
struct FlatOut {
    std::uint64_t sent = 0;
    std::uint64_t refused = 0;  // of those: by the port, as its counters report
    double seconds = 0;         // sending took
};

// Frames a second that left the port, in the best of so many attempts, or of fewer if three in a
// row were no better. What the machine does otherwise only makes it less.
Result<double> find_generator_maximum(int attempts,
                                      const std::function<Result<FlatOut>()>& attempt);

// Frames that the port has refused to send so far.
Result<std::uint64_t> refused_by_port(const net::NetNs& netns, const std::string& port);

// A rate of so much of it is the generator's: nothing faster was tried.
inline constexpr double kGeneratorsShare = 0.95;

}  // namespace xdpbench::traffic
