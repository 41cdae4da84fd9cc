// What the generator itself reaches over real ports, measured before the program is.
#pragma once

#include <functional>

#include "base/result.h"
#include "testbed/port_link.h"
#include "traffic/frame_sender.h"
#include "traffic/generator_group.h"

namespace xdpbench::bench {

// Frames a second that leave the peer at most: a program that drops them is in the place of the
// program under test. `send` sends for that many seconds as fast as it can.
Result<double> measure_generator_maximum(testbed::PortLink& devices,
                                         const std::function<Result<traffic::Offer>(double)>& send);

// The same of a sender, which is of this process or over the session that has the peer.
Result<double> measure_generator_maximum(testbed::PortLink& devices, traffic::FrameSender& sender);

}  // namespace xdpbench::bench
