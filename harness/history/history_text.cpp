#include "history/history_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"
#include "history/sparkline.h"
#include "report/table.h"

namespace xdpbench::history {
namespace {

constexpr std::size_t kColumns = 32;  // of a sparkline
constexpr double kPercent = 100;

// A commit's first digits; other labels as they are.
std::string short_commit(const std::string& commit) {
    constexpr std::size_t kDigits = 10;
    const bool hash =
        commit.size() >= 40 && commit.find_first_not_of("0123456789abcdef") == std::string::npos;
    return hash ? commit.substr(0, kDigits) : commit;
}

// "host build1, kernel 6.18.5, AMD EPYC, 2 CPUs", and what else tells it from the others.
std::string environment_text(const Keys& environment, const std::set<std::string>& telling) {
    std::vector<std::string> parts;
    const std::array<std::pair<const char*, const char*>, 4> usual{{{"host", "host {}"},
                                                                    {"kernel", "kernel {}"},
                                                                    {"cpu_model", "{}"},
                                                                    {"cpus_online", "{} CPUs"}}};
    std::set<std::string> named;
    for (const auto& [key, format] : usual) {
        named.insert(key);
        if (const std::string value = value_of(environment, key); !value.empty())
            parts.push_back(fmt::format(fmt::runtime(format), value));
    }
    for (const std::string& key : telling) {
        if (named.count(key) == 0)
            parts.push_back(fmt::format("{} {}", key, value_of(environment, key)));
    }
    return parts.empty() ? "unknown environment" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string changes_text(const History& history, const Series& series) {
    if (series.points.size() < kFewestResults) return "too few results";
    if (series.changes.empty()) return "no change";
    std::vector<std::string> texts;
    for (const Change& change : series.changes)
        texts.push_back(change_text(history, series, change));
    return fmt::format("{}", fmt::join(texts, "; "));
}

std::string left_out_text(const History& history) {
    std::string text;
    for (const LeftOut& one : history.left_out)
        text += fmt::format("  {}: {}\n", one.file, one.reason);
    return text.empty() ? "" : "\nleft out:\n" + text;
}

std::string group_text(const History& history, const std::vector<const Series*>& group) {
    std::vector<report::TableRow> rows{{"", "", "newest", "results", "", ""}};
    for (const Series* const series : group) {
        rows.push_back({series->title, std::string(name_of(series->measure)),
                        fmt::format("{:.4g}", series->points.back().value),
                        std::to_string(series->points.size()),
                        sparkline(series->corrected(), kColumns), changes_text(history, *series)});
    }
    return report::table_text(rows, 2);
}

}  // namespace

std::string results_text(const History& history) {
    std::string oldest;
    std::string newest;
    for (const Run& run : history.runs) {
        if (oldest.empty() || run.started < oldest) oldest = run.started;
        newest = std::max(newest, run.started);
    }
    std::string text = counted(history.runs.size(), "result");
    if (history.runs.size() < history.results)
        text += fmt::format(" of {} with these labels", history.results);
    if (!history.runs.empty())
        text += fmt::format(", {} to {}", oldest.substr(0, 10), newest.substr(0, 10));
    return text;
}

std::string result_name(const Run& run) {
    const std::string commit = short_commit(run.label("commit"));
    return fmt::format("{} ({})", commit.empty() ? run.file : commit, run.started.substr(0, 10));
}

std::string short_name(const Run& run) {
    const std::string commit = short_commit(run.label("commit"));
    return commit.empty() ? run.started.substr(0, 10) : commit;
}

std::string change_text(const History& history, const Series& series, const Change& change) {
    const Run& run = history.runs[series.points[change.point.index].run];
    const double effect = change.point.effect();
    const bool slower = (effect > 0) == series.costs();
    return fmt::format("{:+.1f} % ({}) from {} on, confidence {:.1f} %{}{}", effect * kPercent,
                       slower ? "slower" : "faster", result_name(run),
                       change.confidence() * kPercent, change.also.empty() ? "" : ", with another ",
                       fmt::join(change.also, ", "));
}

std::vector<const Keys*> environments_of(const History& history) {
    std::vector<const Keys*> environments;
    for (const Series& series : history.series) {
        if (environments.empty() || *environments.back() != series.environment)
            environments.push_back(&series.environment);
    }
    return environments;
}

std::vector<std::pair<std::string, std::vector<const Series*>>> series_by_environment(
    const History& history) {
    const std::set<std::string> telling = telling_keys(environments_of(history));
    std::vector<std::pair<std::string, std::vector<const Series*>>> groups;
    const Keys* environment = nullptr;
    for (const Series& series : history.series) {
        if (environment == nullptr || *environment != series.environment)
            groups.emplace_back(environment_text(series.environment, telling),
                                std::vector<const Series*>());
        environment = &series.environment;
        groups.back().second.push_back(&series);
    }
    return groups;
}

std::string to_text(const History& history) {
    std::string text = results_text(history) + "\n";
    for (const auto& [title, group] : series_by_environment(history))
        text += "\n" + title + "\n" + group_text(history, group);
    std::size_t older = 0;
    for (const Series& series : history.series) older = std::max(older, series.older);
    if (older > 0)
        text +=
            fmt::format("\n{} older than the newest ones of a series were not looked at (--last)\n",
                        counted(older, "result"));
    return text + left_out_text(history);
}

}  // namespace xdpbench::history
