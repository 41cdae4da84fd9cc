#include "model/outcome.h"

#include <algorithm>

#include "base/result_file.h"

namespace xdpbench::model {

const char* outcome_name(Outcome outcome) {
    switch (outcome) {
        case Outcome::passed:
            return "passed";
        case Outcome::failed:
            return "failed";
        case Outcome::error:
            return "error";
        case Outcome::invalid:
            return "invalid";
        case Outcome::skipped:
            return "skipped";
    }
    return "";
}

Outcome outcome_of(const Error& error) {
    switch (error.kind) {
        case ErrorKind::input:
            return Outcome::failed;
        case ErrorKind::system:
            return Outcome::error;
        case ErrorKind::invalid:
            return Outcome::invalid;
        case ErrorKind::unavailable:
        case ErrorKind::interrupted:
            return Outcome::skipped;
    }
    return Outcome::error;
}

Ending ending_of(const Error& error) { return {outcome_of(error), save_log(error).text()}; }

bool held(Outcome outcome) { return outcome == Outcome::passed || outcome == Outcome::skipped; }

int exit_code_of(std::span<const Outcome> outcomes, bool interrupted) {
    const auto any = [&](Outcome outcome) {
        return std::find(outcomes.begin(), outcomes.end(), outcome) != outcomes.end();
    };
    if (interrupted) return kInterrupted;
    if (any(Outcome::failed)) return kFailed;
    if (any(Outcome::error)) return kInputError;
    if (any(Outcome::invalid)) return kInvalid;
    return any(Outcome::skipped) && !any(Outcome::passed) ? kNothingRan : kHeld;
}

}  // namespace xdpbench::model
