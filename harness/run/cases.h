// Checks and replays as GoogleTest cases registered at run time: its filter, shuffle, repeat, XML
// and sharding come with it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "check/check.h"
#include "model/run.h"

namespace xdpbench::run {

// One case before it has run: `result` says what it is, `body` how it ends.
struct Case {
    model::CaseResult result;  // without outcome, message and seconds
    std::function<check::Verdict()> body;
};

// Tells GoogleTest its flags ("--gtest_filter=..."); one that it does not know is an error. Once.
Result<void> initialize_cases(const std::vector<std::string>& flags);

// Runs the cases that the flags select. `progress` is told which one is under way.
[[nodiscard]] std::vector<model::CaseResult> run_cases(
    const std::vector<Case>& cases, const std::function<void(const std::string&)>& progress);

// What the flags select: the cases, by their numbers, and how many times each of them runs.
struct SelectedCases {
    std::vector<std::size_t> numbers;
    std::size_t times = 0;
};
// The same; `begin` is told what is selected before the first one runs.
[[nodiscard]] std::vector<model::CaseResult> run_cases(
    const std::vector<Case>& cases, const std::function<void(const std::string&)>& progress,
    const std::function<void(const SelectedCases&)>& begin);

}  // namespace xdpbench::run
