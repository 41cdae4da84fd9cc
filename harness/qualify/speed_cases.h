// The cases of the group speed that offer chosen rates (speed_loads.cpp).
#pragma once

#include "base/result.h"
#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

// The highest rates without loss (NDR) and with 0.5 % of it (PDR), of frames that come back.
Result<Ruling> find_loss(Context& context);
// Percentiles of the latency of frames that come back, at 10, 50 and 90 % of the rate without loss.
Result<Ruling> find_latency(Context& context);

}  // namespace xdpbench::qualify
