// Checks: one frame after the other through BPF_PROG_TEST_RUN, outputs and maps compared.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "engine/frame_mismatch.h"
#include "engine/subject.h"
#include "report/model.h"

namespace xdpbench {

// How a case ended; skipped and invalid have their reason as message.
struct Verdict {
    Outcome outcome = Outcome::passed;
    std::string message;
    std::optional<FrameMismatch> mismatch = std::nullopt;  // the first frame of a failed check
};

// What an Error means for the case in which it came up.
[[nodiscard]] Verdict verdict_of(const Error& error);

// Everything a scenario names is there and fits the program: configuration, expectations on maps,
// files, frame numbers, and, if it `sends`, traffic that the generator takes. Contacts no kernel,
// so that nothing was created when it fails.
Result<void> validate(const Subject& subject, bool sends);

// Runs one check with fresh maps.
[[nodiscard]] Verdict run_check(const Subject& subject, const Check& check);

// Runs the subject's traffic once, frame by frame as it is read, and counts the verdicts.
Result<VerdictRecord> count_verdicts(const Subject& subject);

}  // namespace xdpbench
