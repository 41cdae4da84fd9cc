// What the generator itself reaches over real ports, measured before the program is.
#pragma once

#include <cstdint>
#include <functional>

#include "base/result.h"
#include "testbed/port_link.h"
#include "traffic/frame_sender.h"
#include "traffic/generator_group.h"

namespace xdpbench::bench {

// Frames of a window over ports.
inline constexpr std::uint64_t kFewestPortFrames = 1024;
inline constexpr std::uint64_t kMostPortFrames = 524'288;
// Of a window with a remote generator: to ask the session and to be answered takes some
// milliseconds.
inline constexpr double kRemoteWindowSeconds = 0.1;
// Share of the frames. Now and then one gets lost for other reasons than that somebody is too slow.
inline constexpr double kLossThatTells = 0.001;

// Frames a second that leave the peer at most: a program that drops them is in the place of the
// program under test. `send` sends for that many seconds as fast as it can.
Result<double> measure_generator_maximum(testbed::PortLink& devices,
                                         const std::function<Result<traffic::Offer>(double)>& send);

// The same of a sender, which is of this process or over the session that has the peer.
Result<double> measure_generator_maximum(testbed::PortLink& devices, traffic::FrameSender& sender);

}  // namespace xdpbench::bench
