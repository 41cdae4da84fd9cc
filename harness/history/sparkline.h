// A series as one line of text. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace xdpbench::history {

// Eight heights, from the lowest value to the highest; differences of less than 2 % of the median
// do not fill them, so that noise looks flat. Of more values than `columns` each column is the
// median of its share. Empty without values.
[[nodiscard]] std::string sparkline(std::span<const double> values, std::size_t columns);

}  // namespace xdpbench::history
