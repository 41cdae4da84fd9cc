// All expectations, and those of one check.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "check/expectation.h"

namespace xdpbench::check {

// The declarations, in the order in which they are judged.
[[nodiscard]] std::span<const ExpectationKind> expectation_kinds();

// A check with all that is needed to judge what is observed. Refers to the target and the check.
struct PreparedCheck {
    const target::Target* target = nullptr;
    const scenario::Check* check = nullptr;
    std::vector<packet::Frames> in;   // by step
    std::vector<Expectations> steps;  // by step
    Expectations whole;               // of the check
    Wanted wanted;
};

// Reads `expect` of the check and its steps, and no file.
Result<PreparedCheck> read_expectations(const target::Target& target, const scenario::Check& check);

// The same with frames and files read.
Result<PreparedCheck> prepare_check(const target::Target& target, const scenario::Check& check);

// The check, whatever it expects, for who records all that can be expected.
Result<PreparedCheck> prepare_recording(const target::Target& target, const scenario::Check& check);

// What `record` begins with, of a step or of a check.
[[nodiscard]] Expectations blank_expectations(Scope scope);

// What is added when a step is updated whose frames left nothing to compare and of which nothing
// was chosen to be compared: its output, if there is some now. `expect`: of the step.
[[nodiscard]] Expectations blank_output(const Expectations& expected,
                                        const scenario::YamlNode& expect);

// Whether all of it can be judged of this program, which is not loaded.
Result<void> validate_expectations(const PreparedCheck& prepared, const bpf::Program& program);

// What is wrong with a frame.
Result<FrameFault> frame_fault(const Expectations& expected, const FrameView& frame);

}  // namespace xdpbench::check
