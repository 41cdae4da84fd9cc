// The best place to split a series in two by the energy distance of the two parts. Pure.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace xdpbench::stats {

struct Split {
    std::size_t index = 0;  // of the first value of the second part; 0: no split is possible
    double statistic = 0;   // Q of Matteson and James, with exponent 1
};

// Holds what does not depend on the order of the values, so that permutations cost n log n each.
class EnergySplitter {
  public:
    // At least `shortest` (2 or more) values in each part.
    EnergySplitter(std::span<const double> values, std::size_t shortest);

    // Of the values in the order `order`, a permutation of 0 .. n - 1.
    [[nodiscard]] Split best(std::span<const std::size_t> order);
    [[nodiscard]] std::size_t size() const { return values_.size(); }

  private:
    // Sum of the distances from value `i` to those that were added, which it then joins.
    double add(std::size_t i);

    std::vector<double> values_;
    std::vector<std::size_t> ranks_;  // from 1, by value
    std::vector<double> distances_;   // from each value to all others, added up
    double total_ = 0;                // of all pairs
    std::size_t shortest_;
    // Fenwick trees by rank over the values added so far: how many, and their sum.
    std::vector<double> counts_;
    std::vector<double> sums_;
    double added_ = 0;  // how many in all, and their sum
    double added_sum_ = 0;
};

}  // namespace xdpbench::stats
