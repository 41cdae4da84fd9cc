// Atomic replacement: the program under test is replaced through its link while the generator
// runs, and the books must show that every frame met one of the two programs.
#pragma once

#include "engine/check.h"
#include "engine/subject.h"
#include "report/model.h"

namespace xdpbench {

struct ReplacementOutcome {
    Verdict verdict;
    ReplacementRecord record;
};

// Sends the subject's replay traffic again and again from a thread of its own, and meanwhile
// puts replacement_of(subject) in its place and back, as often as the scenario says. A program that
// counts itself must have handled a frame before its turn ends, so that no turn goes unseen.
Result<ReplacementOutcome> replace_under_traffic(const Subject& subject, Mode mode);

}  // namespace xdpbench
