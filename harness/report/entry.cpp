#include "report/entry.h"

#include <algorithm>
#include <string_view>

namespace xdpbench::report {
namespace {

std::string suite_of(std::string_view kind, const std::string& program) {
    return std::string(kind) + "." + program;
}

}  // namespace

std::vector<Entry> list_entries(const model::RunRecord& run) {
    std::vector<Entry> entries;
    for (const model::CaseResult& result : run.cases) {
        const std::string name =
            result.mode ? std::string(model::mode_name(*result.mode)) : result.name;
        entries.push_back({suite_of(model::name_of(result.kind), result.program), name,
                           result.location, result.outcome, result.message, result.seconds,
                           result.repeat});
    }
    const auto add = [&entries](const auto& record, std::string_view kind,
                                const std::string& title) {
        entries.push_back({suite_of(kind, record.setup.program), record.setup.name() + title, "",
                           record.outcome, record.message, record.seconds, ""});
    };
    for (const model::BenchRecord& bench : run.benches) add(bench, "bench", "");
    for (const model::LoadRecord& load : run.loads)
        add(load, model::name_of(load.kind), " " + load.title());
    for (const model::ScalingRecord& scaling : run.scalings) add(scaling, "scaling", "");
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
