// The steps of a check with what the program does now, as the YAML of a scenario.
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "check/expectations.h"
#include "check/recorded_frames.h"
#include "check/repeated_observation.h"
#include "scenario/yaml.h"

namespace xdpbench::record {

// A step of its own for neighbours of which the same is expected.
struct RecordedStep {
    check::FrameRange frames;  // of the step that it is made of, from 0
    scenario::YamlNode node;
};

// Frame `frame` of step `step`.
[[nodiscard]] check::FrameTwice frame_twice(const check::PreparedCheck& prepared,
                                            const check::RepeatedObservation& seen,
                                            std::size_t step, std::size_t frame);

// Step `number` of the check, whose frames `ref` names, as steps: neighbours of which the same is
// expected are one. Each is `node`, the step as it is written so far, with what `expected` makes of
// its expectations. What comes out goes to `out`.
Result<std::vector<RecordedStep>> recorded_steps(
    const check::PreparedCheck& prepared, const check::RepeatedObservation& seen,
    std::size_t number, const scenario::FrameRef& ref, const scenario::YamlNode& node,
    const std::vector<const check::Expectation*>& expected, check::RecordedFrames& out);

}  // namespace xdpbench::record
