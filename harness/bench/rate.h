// Rates as a user asks for them.
#pragma once

#include <string_view>

#include "base/result.h"

namespace xdpbench::bench {

struct Rate {
    double pps = 0;    // frames a second; 0: a share is asked for
    double share = 0;  // of the throughput that a loss search finds
};

// "500kpps", "1.5Mpps", "80pps" or "50%".
Result<Rate> parse_rate(std::string_view text);

// "0.5%" or "0" -> 0.005 or 0: a share of `least` to 1 (as 100%), both included. `option` is named
// in the error.
Result<double> parse_share(std::string_view option, std::string_view text, double least);

}  // namespace xdpbench::bench
