// Atomic replacement: the program under test is replaced through its link while the generator
// runs, and the accounting must show that every frame met one of the two programs.
#pragma once

#include <cstdint>

#include "check/check.h"
#include "model/run.h"
#include "target/target.h"
#include "testbed/accounting.h"

namespace xdpbench::replay {

struct ReplacementOutcome {
    check::Verdict verdict;
    model::ReplacementRecord record;
};

// Passed, or failed if a frame of those `sent` met none of the two programs that took turns.
[[nodiscard]] check::Verdict judge_replacement(const testbed::LinkCounts& counts,
                                               std::uint64_t sent, std::uint64_t times);

// Sends the target's replay traffic again and again from a thread of its own, and meanwhile
// puts replacement_of(target) in its place and back, as often as the scenario says. A program that
// counts itself must have handled a frame before its turn ends, so that no turn goes unseen.
Result<ReplacementOutcome> replace_under_traffic(const target::Target& target, model::Mode mode);

}  // namespace xdpbench::replay
