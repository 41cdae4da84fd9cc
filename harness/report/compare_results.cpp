#include "report/compare_results.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "report/json.h"
#include "report/json_parts.h"
#include "stats/mann_whitney.h"
#include "stats/summary.h"

namespace xdpbench {
namespace {

// What must be equal for figures to be compared at all. The tool is among them: generator and loop
// are part of what is measured.
constexpr std::array<const char*, 17> kSameEnvironment{
    "host",           "machine",    "cpu_model",  "cpus_online", "cpu_mitigations", "kernel",
    "kernel_version", "jit",        "jit_harden", "bpf_stats",   "preemption",      "governor",
    "turbo",          "numa_nodes", "smt",        "hypervisor",  "tool_version"};

// Of a bench: all that says how it was measured. A key that a file does not have is "".
constexpr std::array<const char*, 13> kSameSetup{"placement",
                                                 "generator",
                                                 "cpu",
                                                 "generator_cpu",
                                                 "counted_by",
                                                 "mixed",
                                                 "traffic",
                                                 "frames",
                                                 "flows",
                                                 "size",
                                                 "rate",
                                                 "shortest_frame_bytes",
                                                 "longest_frame_bytes"};

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

SavedBench to_bench(const Json& json) {
    SavedBench bench;
    bench.program = text_of(json, "program");
    bench.mode = text_of(json, "mode");
    bench.action = text_of(json, "action");
    bench.variant = text_of(json, "variant");
    bench.outcome = text_of(json, "outcome");
    for (const char* const key : kSameSetup) bench.setup[key] = text_of(json, key);
    const auto rounds = json.find("rounds");
    if (rounds == json.end() || !rounds->is_array()) return bench;
    for (const Json& round : *rounds) {
        const auto ns = round.is_object() ? round.find("ns_per_packet") : round.end();
        // A round in which nothing happened has 0.
        if (ns == round.end() || !ns->is_number() || ns->get<double>() <= 0) continue;
        bench.ns_per_packet.push_back(ns->get<double>());
    }
    return bench;
}

// "kernel: 6.1 / 6.18" for each key in which the two differ.
template <class Keys>
std::vector<std::string> differences(const Keys& keys,
                                     const std::map<std::string, std::string>& before,
                                     const std::map<std::string, std::string>& after) {
    const auto value = [](const std::map<std::string, std::string>& values, const char* key) {
        const auto found = values.find(key);
        return found == values.end() || found->second.empty() ? std::string("not said")
                                                              : found->second;
    };
    std::vector<std::string> result;
    for (const char* const key : keys) {
        const std::string one = value(before, key);
        const std::string other = value(after, key);
        if (one != other) result.push_back(fmt::format("{}: {} / {}", key, one, other));
    }
    return result;
}

std::vector<double> logarithms(const std::vector<double>& values) {
    std::vector<double> result;
    result.reserve(values.size());
    for (const double value : values) result.push_back(std::log(value));
    return result;
}

Change verdict_of(const Interval& interval, std::optional<double> threshold) {
    if (threshold && interval.low > *threshold) return Change::regression;
    if (threshold && interval.high > *threshold) return Change::undecided;
    if (interval.low > 0) return Change::slower;
    return interval.high < 0 ? Change::faster : Change::none_shown;
}

ResultRow judge(const SavedBench& before, const SavedBench& after,
                std::optional<double> threshold) {
    ResultRow row;
    row.bench = after.name();
    row.old_ns = median(before.ns_per_packet);
    row.new_ns = median(after.ns_per_packet);
    const std::vector<std::string> unlike = differences(kSameSetup, before.setup, after.setup);
    if (!unlike.empty()) {
        row.reason = fmt::format("measured differently: {}", fmt::join(unlike, "; "));
        return row;
    }
    if (before.outcome != "passed" || after.outcome != "passed") {
        row.reason = fmt::format("the bench is {} / {}", before.outcome, after.outcome);
        return row;
    }
    const std::optional<ShiftInterval> shift = shift_interval(
        logarithms(before.ns_per_packet), logarithms(after.ns_per_packet), kResultConfidence);
    if (!shift) {
        row.verdict = Change::undecided;
        row.reason = fmt::format("{} and {} rounds are too few for an interval of {:.0f} %",
                                 before.ns_per_packet.size(), after.ns_per_packet.size(),
                                 kResultConfidence * 100);
        return row;
    }
    row.change = std::expm1(shift->shift);
    row.interval = Interval{std::expm1(shift->interval.low), std::expm1(shift->interval.high),
                            shift->interval.coverage};
    row.verdict = verdict_of(*row.interval, threshold);
    if (row.verdict == Change::undecided) row.reason = "the interval holds the threshold";
    return row;
}

ResultRow alone(const SavedBench& bench, bool in_new) {
    ResultRow row;
    row.bench = bench.name();
    (in_new ? row.new_ns : row.old_ns) = median(bench.ns_per_packet);
    row.reason = in_new ? "only in the new result" : "only in the old result";
    return row;
}

}  // namespace

Result<SavedResult> parse_result(std::string_view json, const std::string& name) {
    const Json document = Json::parse(json, nullptr, false);
    const auto has = [&](const char* key, bool (Json::*is)() const noexcept) {
        return document.is_object() && document.contains(key) && (document[key].*is)();
    };
    if (!has("benches", &Json::is_array) || !has("environment", &Json::is_object)) {
        return input_error(
            fmt::format("{} is not a result of xdp-bench: {}", name,
                        document.is_discarded() ? "it is no JSON document"
                                                : "it has no \"benches\" or no \"environment\""),
            "results are written by xdp-bench run, into results/ or where --json says");
    }
    const auto version = document.find("schema_version");
    if (version == document.end() || *version != kResultSchemaVersion) {
        return input_error(
            fmt::format("{} has schema_version {}, this tool reads {}", name,
                        version == document.end() ? "none" : version->dump(), kResultSchemaVersion),
            "compare with the tool that wrote it, or measure again");
    }
    SavedResult result;
    result.started = text_of(document, "started");
    for (const auto& [key, value] : document["environment"].items()) {
        result.environment[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    for (const Json& bench : document["benches"]) {
        if (bench.is_object()) result.benches.push_back(to_bench(bench));
    }
    return result;
}

std::string_view name(Change change) {
    switch (change) {
        case Change::none_shown:
            return "no difference shown";
        case Change::faster:
            return "faster";
        case Change::slower:
            return "slower";
        case Change::regression:
            return "REGRESSION";
        case Change::undecided:
            return "undecided";
        case Change::not_compared:
            return "not compared";
    }
    return "?";
}

ResultTable compare_results(const SavedResult& before, const SavedResult& after,
                            std::optional<double> threshold) {
    ResultTable table;
    table.differences = differences(kSameEnvironment, before.environment, after.environment);
    std::vector<SavedBench> old = before.benches;
    // Benches of one name may differ in their setup (sizes, flows): the same setup first.
    for (const SavedBench& bench : after.benches) {
        const auto same_name = [&](const SavedBench& other) {
            return other.name() == bench.name();
        };
        auto match = std::find_if(old.begin(), old.end(), [&](const SavedBench& other) {
            return same_name(other) && other.setup == bench.setup;
        });
        if (match == old.end()) match = std::find_if(old.begin(), old.end(), same_name);
        if (match == old.end()) {
            table.rows.push_back(alone(bench, true));
            continue;
        }
        table.rows.push_back(judge(*match, bench, threshold));
        old.erase(match);
    }
    for (const SavedBench& bench : old) table.rows.push_back(alone(bench, false));
    if (table.differences.empty()) return table;
    for (ResultRow& row : table.rows) {
        row.change.reset();
        row.interval.reset();
        row.verdict = Change::not_compared;
        row.reason = "another environment";
    }
    return table;
}

int exit_code_of(const ResultTable& table, bool threshold) {
    const auto count = [&](Change change) {
        return std::count_if(table.rows.begin(), table.rows.end(),
                             [&](const ResultRow& row) { return row.verdict == change; });
    };
    const auto compared =
        static_cast<std::ptrdiff_t>(table.rows.size()) - count(Change::not_compared);
    if (count(Change::regression) > 0) return 1;
    if (compared == 0) return 3;
    if (threshold && count(Change::undecided) + count(Change::not_compared) > 0) return 3;
    return 0;
}

std::string to_text(const ResultTable& table) {
    std::string text;
    if (!table.differences.empty()) {
        text +=
            "The two results are of different environments, so nothing is judged (old / new):\n";
        for (const std::string& line : table.differences) text += fmt::format("  {}\n", line);
        text += "\n";
    }
    std::size_t width = 5;
    for (const ResultRow& row : table.rows) width = std::max(width, row.bench.size());
    text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>8}  {:>20}  verdict\n", "bench", width, "old ns",
                        "new ns", "change",
                        fmt::format("interval ({:.0f} %)", kResultConfidence * 100));
    const auto ns = [](std::optional<double> value) {
        return value ? fmt::format("{:.1f}", *value) : std::string("-");
    };
    for (const ResultRow& row : table.rows) {
        const std::string change =
            row.change ? fmt::format("{:+.1f} %", *row.change * 100) : std::string("-");
        const std::string interval =
            row.interval ? fmt::format("{:+.1f} % to {:+.1f} %", row.interval->low * 100,
                                       row.interval->high * 100)
                         : std::string("-");
        text += fmt::format("{:<{}}  {:>9}  {:>9}  {:>8}  {:>20}  {}{}\n", row.bench, width,
                            ns(row.old_ns), ns(row.new_ns), change, interval, name(row.verdict),
                            row.reason.empty() ? "" : ": " + row.reason);
    }
    return text;
}

}  // namespace xdpbench
