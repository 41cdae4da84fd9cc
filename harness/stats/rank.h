// Ranks of a sample, ties included, in whole numbers. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace xdpbench::stats {

// Twice the rank of each value, in the order given. Values that are equal share the mean of their
// ranks, which may be a half: doubled, it is whole, and sums of ranks can be counted exactly.
[[nodiscard]] std::vector<std::size_t> doubled_mid_ranks(std::span<const double> values);

}  // namespace xdpbench::stats
