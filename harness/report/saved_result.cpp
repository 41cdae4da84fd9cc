#include "report/saved_result.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/text.h"
#include "model/load.h"
#include "report/json_reader.h"

namespace xdpbench::report {
namespace {

using SavedJson = Json;

// What must be equal for figures to be compared at all. The tool is among them: generator and loop
// are part of what is measured.
constexpr std::array<const char*, 28> kSameEnvironment{
    "host",          "machine",        "cpu_model",    "cpus_online",   "cpu_mitigations",
    "kernel",        "kernel_version", "jit",          "jit_harden",    "bpf_stats",
    "preemption",    "governor",       "turbo",        "numa_nodes",    "smt",
    "hypervisor",    "tool_version",   "device",       "device_driver", "device_firmware",
    "device_queues", "peer",           "peer_driver",  "peer_firmware", "peer_queues",
    "remote",        "remote_host",    "remote_kernel"};

// Of a figure: all that says how it was measured. A key that a file does not have is "". Which of
// the machine's CPUs it was is not among them (of several generators: how many there were): the
// quietest is taken, another one each time.
constexpr std::array<const char*, 14> kSameSetup{"placement",
                                                 "sender",
                                                 "generator",
                                                 "generator_cpus",
                                                 "counted_by",
                                                 "mixed",
                                                 "traffic",
                                                 "frames",
                                                 "flows",
                                                 "size",
                                                 "rate",
                                                 "stamped",
                                                 "shortest_frame_bytes",
                                                 "longest_frame_bytes"};

// Of a search's goal as well.
constexpr std::array<const char*, 5> kSameGoal{"exceed_ratio", "initial_trial_seconds",
                                               "final_trial_seconds", "duration_sum_seconds",
                                               "width"};

constexpr const char* kOneValue = "no interval: one value of each run";

std::string text_of(const SavedJson& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return "";
    return found->is_string() ? found->get<std::string>() : found->dump();
}

// Nothing if it is not there, or no number.
std::optional<double> number_of(const SavedJson& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_number()) return std::nullopt;
    return found->get<double>();
}

// The objects of a list; of what is no list none.
std::vector<SavedJson> objects_of(const SavedJson& json, const char* key) {
    std::vector<SavedJson> objects;
    const auto found = json.find(key);
    if (found == json.end() || !found->is_array()) return objects;
    for (const SavedJson& one : *found) {
        if (one.is_object()) objects.push_back(one);
    }
    return objects;
}

// The one of this name; `unknown` if there is none.
template <class All, class Enum, class Name>
Enum named(std::string_view name, const All& all, Enum unknown, Name name_of) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](Enum one) { return name == name_of(one); });
    return found == all.end() ? unknown : *found;
}

// What every figure of a record has in common.
SavedFigure begin_figure(const SavedJson& json) {
    SavedFigure figure;
    figure.program = text_of(json, "program");
    figure.mode = text_of(json, "mode");
    figure.action = text_of(json, "action");
    figure.variant = text_of(json, "variant");
    figure.outcome = named(text_of(json, "outcome"), model::kOutcomes, model::Outcome::invalid,
                           model::outcome_name);
    for (const char* const key : kSameSetup) figure.setup[key] = text_of(json, key);
    if (const auto cpus = json.find("generator_cpus"); cpus != json.end() && cpus->is_array())
        figure.setup["generator_cpus"] = std::to_string(cpus->size());
    return figure;
}

// Rounds in which something happened. Those of a core that another thread had part of are of
// another core, so to say: they are left out if there are others.
std::vector<SavedJson> rounds_of(const SavedJson& json, SavedFigure& figure) {
    std::vector<SavedJson> all;
    std::vector<SavedJson> own;
    for (SavedJson& round : objects_of(json, "rounds")) {
        if (number_of(round, "ns_per_packet").value_or(0) <= 0) continue;
        // Schema 1 named it core_shared.
        const bool excluded =
            text_of(round, "excluded") == "true" || text_of(round, "core_shared") == "true";
        if (!excluded) own.push_back(round);
        all.push_back(std::move(round));
    }
    figure.shared_throughout = own.empty() && !all.empty();
    if (figure.shared_throughout) return all;
    figure.shared_rounds = all.size() - own.size();
    return own;
}

// Of a bench's windows, those that do not count.
double excluded_share(const SavedJson& json) {
    double windows = 0;
    double excluded = 0;
    for (const SavedJson& round : objects_of(json, "rounds")) {
        windows += number_of(round, "windows").value_or(0);
        excluded += number_of(round, "excluded_windows").value_or(0);
    }
    return windows > 0 ? excluded / windows : 0;
}

// A figure, and half of its interval.
struct SavedEstimate {
    double figure = 0;
    double half = 0;
};

std::optional<SavedEstimate> estimate_of(const SavedJson& precision, const char* key) {
    const auto estimate = precision.find(key);
    if (estimate == precision.end() || !estimate->is_object()) return std::nullopt;
    const auto middle = number_of(*estimate, "figure");
    const auto low = number_of(*estimate, "low");
    const auto high = number_of(*estimate, "high");
    if (!middle || !low || !high) return std::nullopt;
    return SavedEstimate{*middle, std::max(*high - *middle, *middle - *low)};
}

// The ratio is 1 + cost / baseline. The cost is of the differences of the pairs of windows, so that
// what disturbed both windows of a pair is in neither.
void read_baseline(const SavedJson& precision, const SavedEstimate& path, SavedFigure& figure) {
    const auto baseline = estimate_of(precision, "baseline_ns");
    const auto cost = estimate_of(precision, "program_ns");
    if (!baseline || !cost || !(baseline->figure > 0)) return;
    figure.baseline_shares = {baseline->figure / path.figure};
    figure.baseline_within = baseline->half / baseline->figure;
    figure.ratio_within =
        std::hypot(cost->half, cost->figure / baseline->figure * baseline->half) / path.figure;
}

// What a run says of all its windows, at the run's clock.
void read_precision(const SavedJson& json, SavedFigure& figure) {
    const auto precision = json.find("precision");
    if (precision == json.end() || !precision->is_object()) return;
    const auto path = estimate_of(*precision, "ns_per_packet");
    if (!path || !(path->figure > 0)) return;
    figure.runs = {path->figure};
    figure.within = path->half / path->figure;
    const double gigahertz = number_of(json, "clock_gigahertz").value_or(0);
    if (gigahertz > 0) figure.cycle_runs = {path->figure * gigahertz};
    read_baseline(*precision, *path, figure);
}

SavedFigure bench_figure(const SavedJson& json) {
    SavedFigure figure = begin_figure(json);
    figure.core_ipc = number_of(json, "core_ipc").value_or(0);
    figure.excluded = excluded_share(json);
    read_precision(json, figure);
    const auto add_to = [](std::vector<double>& samples, std::optional<double> sample) {
        if (sample && *sample > 0) samples.push_back(*sample);
    };
    for (const SavedJson& round : rounds_of(json, figure)) {
        const std::optional<double> timed = number_of(round, "timed_ns_per_packet");
        add_to(figure.samples, timed ? timed : number_of(round, "ns_per_packet"));
        add_to(figure.cycles, number_of(round, "cycles_per_packet"));
        add_to(figure.gigahertz, number_of(round, "gigahertz"));
    }
    const std::size_t rounds = figure.samples.size();
    if (figure.cycles.size() == rounds && figure.gigahertz.size() == rounds) return figure;
    figure.cycles.clear();
    figure.gigahertz.clear();
    return figure;
}

// A share is of what the run's own search found: two runs offer different rates under one name.
struct OfferedRate {
    std::string name;  // "500 kpps", "50 %"
    double pps = 0;
    bool share = false;

    explicit OfferedRate(const SavedJson& json)
        : pps(number_of(json, "rate_pps").value_or(0)),
          share(number_of(json, "share").value_or(0) > 0) {
        name = share ? fmt::format("{:.4g} %", *number_of(json, "share") * 100) : rate_text(pps);
    }
    [[nodiscard]] std::string why_unjudged() const {
        return share ? fmt::format("a share of what each run's own search found; here {}",
                                   rate_text(pps))
                     : "";
    }
};

// Of a record without figures (skipped, invalid): so that it is not passed over in silence.
SavedFigure without_figures(const SavedJson& json, std::string what) {
    SavedFigure figure = begin_figure(json);
    figure.what = std::move(what);
    return figure;
}

// What the program processed of the rate, in each round that reached it.
SavedFigure rate_figure(const SavedJson& json) {
    const OfferedRate rate(json);
    SavedFigure figure = begin_figure(json);
    figure.what = "processed at " + rate.name;
    figure.unit = "pps";
    figure.more_is_better = true;
    figure.unjudged = rate.why_unjudged();
    for (const SavedJson& trial : objects_of(json, "trials")) {
        const auto processed = number_of(trial, "processed");
        const auto seconds = number_of(trial, "sent_seconds");
        if (text_of(trial, "reached") == "true" && processed && seconds && *seconds > 0)
            figure.samples.push_back(*processed / *seconds);
    }
    return figure;
}

SavedFigure goal_figure(const SavedJson& search, const std::string& what, const SavedJson& goal) {
    SavedFigure figure = begin_figure(search);
    figure.what =
        fmt::format("{}, loss {:.4g} %", what, number_of(goal, "loss_ratio").value_or(0) * 100);
    figure.unit = "pps";
    figure.more_is_better = true;
    for (const char* const key : kSameGoal) figure.setup[key] = text_of(goal, key);
    figure.bounds = SavedBounds{number_of(goal, "upper_pps"),
                                named(text_of(goal, "bound"), model::kBounds, model::Bound::none,
                                      [](model::Bound one) { return model::name_of(one); })};
    if (const auto lower = number_of(goal, "lower_pps")) figure.samples = {*lower};
    return figure;
}

void add_saved_goals(const SavedJson& json, std::vector<SavedFigure>& figures) {
    const std::string what =
        text_of(json, "stamped") == "true" ? "search of stamped frames" : "search";
    const std::vector<SavedJson> goals = objects_of(json, "goals");
    if (goals.empty()) figures.push_back(without_figures(json, what));
    for (const SavedJson& goal : goals) figures.push_back(goal_figure(json, what, goal));
}

// Percentiles of all frames of a run: frames behind one another wait for one another, so that they
// are no independent samples, and there is one value of each run.
void add_latencies(const SavedJson& json, std::vector<SavedFigure>& figures) {
    const OfferedRate rate(json);
    const std::vector<SavedJson> all = objects_of(json, "series");
    if (all.empty()) figures.push_back(without_figures(json, "latency at " + rate.name));
    for (const SavedJson& series : all) {
        if (text_of(series, "through") != "program") continue;
        for (const model::Percentile& percentile : model::kPercentiles) {
            SavedFigure figure = begin_figure(json);
            figure.what = fmt::format("latency at {}, {}, to the {}", rate.name, percentile.name,
                                      text_of(series, "place"));
            figure.unjudged = rate.share ? rate.why_unjudged() : kOneValue;
            if (const auto ns = number_of(series, percentile.key)) figure.samples = {*ns};
            figures.push_back(std::move(figure));
        }
    }
}

template <class Keys>
std::vector<std::string> key_differences(const Keys& keys,
                                         const std::map<std::string, std::string>& before,
                                         const std::map<std::string, std::string>& after) {
    const auto value = [](const std::map<std::string, std::string>& values,
                          const std::string& key) {
        const auto found = values.find(key);
        return found == values.end() || found->second.empty() ? std::string("not said")
                                                              : found->second;
    };
    std::vector<std::string> result;
    for (const std::string& key : keys) {
        const std::string one = value(before, key);
        const std::string other = value(after, key);
        if (one != other) result.push_back(fmt::format("{}: {} / {}", key, one, other));
    }
    return result;
}

}  // namespace

double SavedBounds::width(double lower) const {
    return upper && lower > 0 ? *upper / lower - 1 : 0;
}

std::string SavedFigure::name() const {
    return program + "/" + mode + variant + "/" + action + (what.empty() ? "" : " " + what);
}

Result<SavedResult> parse_result(std::string_view json, const std::string& name) {
    XDPBENCH_TRY(const SavedJson document, parse_document(json, name));
    const auto has = [&](const char* key, bool (SavedJson::*is)() const noexcept) {
        return document.contains(key) && (document[key].*is)();
    };
    if (!has("benches", &SavedJson::is_array) || !has("environment", &SavedJson::is_object))
        return no_result(name, "it has no \"benches\" or no \"environment\"");
    SavedResult result;
    result.started = text_of(document, "started");
    for (const auto& [key, value] : document["environment"].items()) {
        result.environment[key] = value.is_string() ? value.get<std::string>() : value.dump();
    }
    for (const SavedJson& bench : objects_of(document, "benches"))
        result.figures.push_back(bench_figure(bench));
    for (const SavedJson& rate : objects_of(document, "rates"))
        result.figures.push_back(rate_figure(rate));
    for (const SavedJson& search : objects_of(document, "searches"))
        add_saved_goals(search, result.figures);
    for (const SavedJson& latency : objects_of(document, "latencies"))
        add_latencies(latency, result.figures);
    return result;
}

std::span<const char* const> environment_keys() { return kSameEnvironment; }

std::span<const char* const> setup_keys() { return kSameSetup; }

std::vector<std::string> environment_differences(const SavedResult& before,
                                                 const SavedResult& after) {
    const std::vector<std::string> keys(kSameEnvironment.begin(), kSameEnvironment.end());
    return key_differences(keys, before.environment, after.environment);
}

std::vector<std::string> setup_differences(const SavedFigure& before, const SavedFigure& after) {
    std::set<std::string> keys;
    for (const auto& [key, value] : before.setup) keys.insert(key);
    for (const auto& [key, value] : after.setup) keys.insert(key);
    return key_differences(keys, before.setup, after.setup);
}

}  // namespace xdpbench::report
