// `xdp-bench compare BASE CONTENDER`: is one program slower than the other, on this machine?
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "compare/blocks.h"
#include "model/comparison.h"
#include "model/labels.h"
#include "net/usable_port.h"
#include "stats/comparison.h"
#include "target/target.h"
#include "traffic/placement.h"

namespace xdpbench::compare {

struct CompareOptions {
    bool alone = true;               // ns/packet in the fresh-packet loop
    std::vector<model::Mode> modes;  // end to end in these
    traffic::CpuPlan cpus;
    std::optional<net::Ports> ports;  // end to end over these, not over a veth
    double seconds = 30;              // for all cases together
    double alpha = 0.01;              // false alarms, over all cases and looks
    double threshold = 0.01;          // relative effect below which nothing is called a difference
    std::uint64_t seed = 0;
    model::Labels labels;  // --label
    std::string command_line;
};

// Two programs that can be compared: their files are there, they load, the scenario's checks hold
// for both, the traffic can be brought into each shape, and both do the same with every frame of
// it. One for each shape, in order; they keep pointers to the targets.
Result<std::vector<Compared>> prepare_comparison(const target::Target& base,
                                                 const target::Target& contender,
                                                 const std::vector<target::TrafficShape>& shapes);

// In each shape, alone and end to end. Fills `record` as it goes, so that after an interruption it
// holds the cases done until then.
Result<void> compare(const std::vector<Compared>& shapes, const CompareOptions& options,
                     const std::function<void(const std::string&)>& progress,
                     model::CompareRecord& record);

// Measures blocks until the plan's looks come to a verdict or `seconds` are over. `plan.looks` is
// replaced: planned from the duration of a block, before the first block that counts.
Result<model::ComparedCase> compare_case(BlockSource& blocks, stats::ComparisonPlan plan,
                                         double seconds,
                                         const std::function<void(const std::string&)>& progress);

// Blocks at which the data is looked at, if `most` blocks are within the budget.
[[nodiscard]] std::vector<std::size_t> plan_looks(std::size_t most);

}  // namespace xdpbench::compare
