// Checks: one frame after the other through BPF_PROG_TEST_RUN, outputs and maps compared.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/frame_mismatch.h"
#include "model/run.h"
#include "target/target.h"

namespace xdpbench::check {

// How a case ended; skipped and invalid have their reason as message.
struct Verdict {
    model::Outcome outcome = model::Outcome::passed;
    std::string message;
    std::optional<FrameMismatch> mismatch = std::nullopt;  // the first frame of a failed check
    std::vector<std::string> failures =
        {};  // all of a failed check; the message has the first ones
};

// What an Error means for the case in which it came up.
[[nodiscard]] Verdict verdict_of(const Error& error);

// Runs one check with fresh maps.
[[nodiscard]] Verdict run_check(const target::Target& target, const scenario::Check& check);
// The same for work that builds on it: passed or failed; an error is what kept it from being
// judged, the machine or an interruption.
Result<Verdict> judge_check(const target::Target& target, const scenario::Check& check);

// Runs the target's traffic frame by frame as it is read, counts the verdicts, and does it again to
// see whether they stay.
Result<model::VerdictRecord> count_verdicts(const target::Target& target);

}  // namespace xdpbench::check
