// A run, a comparison or a qualification as a list of cases, for the formats that know nothing else
// (JUnit, KTAP).
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/comparison.h"
#include "model/qualification.h"
#include "model/run.h"
#include "report/compare_results.h"
#include "report/headline.h"

namespace xdpbench::report {

// What a document is made of. Another kind of record does not compile until every format has it.
using Source = std::variant<const model::RunRecord*, const model::CompareRecord*,
                            const model::QualificationRecord*, const ResultTable*>;

struct Entry {
    std::string suite;  // "check.icmp_lb", "replay.icmp_lb", "bench.icmp_lb", "compare.icmp_lb"
    std::string name;   // within the suite; of a replay or a bench, its mode
    std::string location;
    model::Outcome outcome = model::Outcome::passed;
    std::string message;
    double seconds = 0;
    std::string repeat;                          // empty where no command runs this one alone
    const model::ChangedFrame* frame = nullptr;  // in the record
    // In a word what it ended with, where that says more than the outcome: of a comparison "slower"
    // or "inconclusive".
    std::string verdict = {};

    [[nodiscard]] std::string ending() const;  // the verdict, or the outcome
};

// The cases in the order in which they ran, a suite's together, and what they ran on.
struct Entries {
    std::string command_line;
    std::string started;
    double seconds = 0;
    bool interrupted = false;
    int exit_code = 0;
    Headline headline;
    std::vector<std::pair<std::string, std::string>> environment;
    std::vector<Entry> all;
};
[[nodiscard]] Entries list_entries(const Source& source);

// How many of them have this outcome.
[[nodiscard]] std::size_t count_entries(const std::vector<Entry>& entries, model::Outcome outcome);

// "27 passed, 2 failed"; of a comparison "1 same, 2 inconclusive".
[[nodiscard]] std::string outcomes_text(const Entries& entries);
// "" without that key.
[[nodiscard]] std::string environment_value(const Entries& entries, const std::string& key);

}  // namespace xdpbench::report
