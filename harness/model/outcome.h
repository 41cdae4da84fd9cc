// How a case or a measurement ended, and what that means for the exit code.
#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"

namespace xdpbench::model {

enum class Outcome {
    passed,
    failed,   // the program is wrong
    error,    // the environment or the harness is: nothing is known about the program
    invalid,  // a measurement that must not be believed
    skipped   // it cannot run here
};
// In the order in which reports count them.
inline constexpr std::array kOutcomes{Outcome::passed, Outcome::failed, Outcome::error,
                                      Outcome::invalid, Outcome::skipped};
[[nodiscard]] const char* outcome_name(Outcome outcome);

// What an error means for the case in which it came up. Input was validated before anything ran:
// what is wrong with it now is the program's fault, as when the verifier rejects it.
[[nodiscard]] Outcome outcome_of(const Error& error);

// How it ended: passed, or why not.
struct Ending {
    Outcome outcome = Outcome::passed;
    std::string message;
};
// Of a record with both members. A log that the error has is written to a file, which the message
// names.
[[nodiscard]] Ending ending_of(const Error& error);

template <class Record>
void end_with(Record& record, const Error& error) {
    Ending ending = ending_of(error);
    record.outcome = ending.outcome;
    record.message = std::move(ending.message);
}

// Whether what follows may build on it: it passed, or there was nothing to do here.
[[nodiscard]] bool held(Outcome outcome);

// Of the tool. An error is one of the input, of the environment or of the tool itself.
enum ExitCode {
    kHeld = 0,
    kFailed = 1,
    kInputError = 2,
    kInvalid = 3,
    kNothingRan = 4,
    kInterrupted = 130
};

// Interrupted, failed, error, invalid, nothing but skipped: the first of these that applies.
[[nodiscard]] int exit_code_of(std::span<const Outcome> outcomes, bool interrupted);

}  // namespace xdpbench::model
