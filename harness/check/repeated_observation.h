// A check's frames run twice from the start, to see what does not depend on the frames alone.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "check/observation.h"
#include "packet/diff.h"
#include "target/lone_program.h"

namespace xdpbench::check {

struct RepeatedObservation {
    target::LoneProgram fresh;  // loaded, no frame was run: what was there before the first
    Observation first;
    Observation again;
    // Fields of what came out that differed between the two runs, by step and frame.
    std::vector<std::vector<packet::Mask>> varying;
};

// A frame with an action that no scenario can expect, or with another one the second time, is an
// error.
Result<RepeatedObservation> observe_twice(const target::Target& target,
                                          const scenario::Check& check,
                                          const std::vector<packet::Frames>& in,
                                          const Wanted& wanted);

}  // namespace xdpbench::check
