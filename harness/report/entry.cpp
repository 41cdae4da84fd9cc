#include "report/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "report/comparison.h"
#include "report/load_title.h"

namespace xdpbench::report {
namespace {

std::string suite_of(std::string_view kind, const std::string& program) {
    return std::string(kind) + "." + program;
}

Entry entry_of(const model::CaseResult& result) {
    const std::string name =
        result.mode ? std::string(model::mode_name(*result.mode)) : result.name;
    return {suite_of(model::name_of(result.kind), result.program),
            name,
            result.location,
            result.outcome,
            result.message,
            result.seconds,
            result.repeat,
            result.frame ? &*result.frame : nullptr};
}

template <class Record>
Entry entry_of(const Record& record, std::string_view kind, const std::string& title = "") {
    return {suite_of(kind, record.setup.program),
            record.setup.name() + title,
            "",
            record.outcome,
            record.message,
            record.seconds,
            record.setup.repeat};
}

std::vector<Entry> cases_of(const model::RunRecord& run) {
    std::vector<Entry> entries;
    for (const model::CaseResult& result : run.cases) entries.push_back(entry_of(result));
    for (const model::BenchRecord& bench : run.benches) entries.push_back(entry_of(bench, "bench"));
    for (const model::LoadRecord& load : run.loads)
        entries.push_back(entry_of(load, model::name_of(load.kind), " " + load_title(load)));
    for (const model::ScalingRecord& scaling : run.scalings)
        entries.push_back(entry_of(scaling, "scaling"));
    for (const model::ExternalRecord& external : run.externals)
        entries.push_back(entry_of(external, "external"));
    return entries;
}

// Of a case that was measured the judgement, and what it rests on.
std::vector<Entry> cases_of(const model::CompareRecord& record) {
    std::vector<Entry> entries;
    for (const model::ComparedCase& one : record.cases) {
        Entry entry = entry_of(one, "compare");
        entry.outcome = model::outcome_of(one);
        entry.verdict = judgement_text(one);
        if (one.outcome == model::Outcome::passed) entry.message = effect_summary(one, record);
        entries.push_back(std::move(entry));
    }
    return entries;
}

std::vector<Entry> cases_of(const model::QualificationRecord& record) {
    std::vector<Entry> entries;
    for (const model::QualifiedCase& one : record.cases)
        entries.push_back({suite_of("qualify", one.group), one.name, "",
                           model::outcome_of(one.finding), one.message, one.seconds, one.repeat});
    return entries;
}

std::vector<Entry> cases_of(const ResultTable& table) {
    std::vector<Entry> entries;
    for (const ResultRow& row : table.rows) {
        const std::size_t slash = row.bench.find('/');
        const std::string name =
            slash == std::string::npos ? row.bench : row.bench.substr(slash + 1);
        std::string message(report::name(row.verdict));
        if (row.change) message += fmt::format(": {:+.2f} %", *row.change * 100);
        if (!row.reason.empty()) message += ": " + row.reason;
        entries.push_back({suite_of("compare", row.bench.substr(0, slash)), name, "",
                           outcome_of(row), message, 0, "", nullptr,
                           std::string(report::name(row.verdict))});
    }
    return entries;
}

// Cases may have been shuffled; a suite is written in one piece.
void sort_by_suite(std::vector<Entry>& entries) {
    std::vector<std::string> suites;
    for (const Entry& entry : entries) {
        if (std::find(suites.begin(), suites.end(), entry.suite) == suites.end())
            suites.push_back(entry.suite);
    }
    const auto place = [&](const Entry& entry) {
        return std::find(suites.begin(), suites.end(), entry.suite);
    };
    std::stable_sort(entries.begin(), entries.end(),
                     [&](const Entry& a, const Entry& b) { return place(a) < place(b); });
}

}  // namespace

Entries list_entries(const Source& source) {
    return std::visit(
        [](const auto* record) {
            Entries entries{record->command_line, record->started,   record->seconds,
                            record->interrupted,  record->exit_code, headline_of(*record),
                            record->environment,  cases_of(*record)};
            sort_by_suite(entries.all);
            return entries;
        },
        source);
}

std::size_t count_entries(const std::vector<Entry>& entries, model::Outcome outcome) {
    return static_cast<std::size_t>(
        std::count_if(entries.begin(), entries.end(),
                      [&](const Entry& entry) { return entry.outcome == outcome; }));
}

std::string Entry::ending() const {
    return verdict.empty() ? model::outcome_name(outcome) : verdict;
}

std::string outcomes_text(const Entries& entries) {
    std::string text;
    for (const model::Outcome outcome : model::kOutcomes) {
        std::map<std::string, std::size_t> counts;
        for (const Entry& entry : entries.all) {
            if (outcome == entry.outcome) ++counts[entry.ending()];
        }
        for (const auto& [ending, count] : counts)
            text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, ending);
    }
    return text;
}

std::string environment_value(const Entries& entries, const std::string& key) {
    for (const auto& [name, value] : entries.environment) {
        if (name == key) return value;
    }
    return {};
}

}  // namespace xdpbench::report
