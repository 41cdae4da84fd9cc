// A run as a list of cases, for the formats that know nothing else (JUnit, KTAP).
#pragma once

#include <string>
#include <vector>

#include "model/run.h"

namespace xdpbench::report {

struct Entry {
    std::string suite;  // "check.icmp_lb", "replay.icmp_lb", "bench.icmp_lb"
    std::string name;   // within the suite; of a replay or a bench, its mode
    std::string location;
    model::Outcome outcome = model::Outcome::passed;
    std::string message;
    double seconds = 0;
    std::string repeat;  // empty where no command runs this one alone
};

// Checks, replays and benches, in the order in which they ran; a suite's stand together.
[[nodiscard]] std::vector<Entry> list_entries(const model::RunRecord& run);

// How many of them have this outcome.
[[nodiscard]] std::size_t count_entries(const std::vector<Entry>& entries, model::Outcome outcome);

}  // namespace xdpbench::report
