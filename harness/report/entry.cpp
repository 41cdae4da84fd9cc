#include "report/entry.h"

#include <algorithm>

namespace xdpbench::report {

std::vector<Entry> list_entries(const model::RunRecord& run) {
    std::vector<Entry> entries;
    for (const model::CaseResult& result : run.cases) {
        const std::string name = result.mode.empty() ? result.name : result.mode;
        entries.push_back({result.kind + "." + result.program, name, result.location,
                           result.outcome, result.message, result.seconds, result.repeat});
    }
    for (const model::BenchRecord& bench : run.benches) {
        entries.push_back({"bench." + bench.program, bench.mode + bench.variant, "", bench.outcome,
                           bench.message, bench.seconds, ""});
    }
    for (const model::LoadRecord& load : run.loads) {
        entries.push_back({load.kind + "." + load.program,
                           load.mode + load.variant + " " + load.title(), "", load.outcome,
                           load.message, load.seconds, ""});
    }
    for (const model::ScalingRecord& scaling : run.scalings) {
        entries.push_back({"scaling." + scaling.program, scaling.mode + scaling.variant, "",
                           scaling.outcome, scaling.message, scaling.seconds, ""});
    }
    // Cases may have been shuffled; a suite is written in one piece.
    std::vector<std::string> suites;
    for (const Entry& entry : entries) {
        if (std::find(suites.begin(), suites.end(), entry.suite) == suites.end()) {
            suites.push_back(entry.suite);
        }
    }
    const auto place = [&](const Entry& entry) {
        return std::find(suites.begin(), suites.end(), entry.suite);
    };
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return place(a) < place(b); });
    return entries;
}

std::size_t count_entries(const std::vector<Entry>& entries, model::Outcome outcome) {
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [&](const Entry& entry) { return entry.outcome == outcome; }));
}

}  // namespace xdpbench::report
