#include "report/openmetrics.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <map>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "report/entry.h"
#include "report/metric_families.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using Labels = MetricLabels;
using Families = MetricFamilies;

// A label's name may have letters, digits and "_" only.
std::string label_name(std::string_view text) {
    std::string name;
    for (const char byte : text) {
        const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        const bool digit = byte >= '0' && byte <= '9' && !name.empty();
        name += letter || digit ? byte : '_';
    }
    return name;
}

void add_summary(Families& out, const Entries& run) {
    // An info metric under the name of a gauge: Prometheus' older text format, which node_exporter
    // reads, knows no info.
    out.declare("xdp_bench_environment_info", "gauge", "", "What the run ran on.");
    Labels environment;
    for (const auto& [name, value] : run.environment) {
        environment.emplace_back(label_name(name), value);
    }
    out.add(environment, 1);
    out.declare("xdp_bench_exit_code", "gauge", "", "The tool's exit code.");
    out.add({}, run.exit_code);
    out.declare("xdp_bench_run_seconds", "gauge", "seconds", "How long the run took.");
    out.add({}, run.seconds);
    out.declare("xdp_bench_cases", "gauge", "",
                "Checks, replays, benches and comparisons by outcome.");
    std::map<std::string, std::map<model::Outcome, double>> suites;
    for (const Entry& entry : run.all) ++suites[entry.suite][entry.outcome];
    for (auto& [suite, outcomes] : suites) {
        for (const model::Outcome outcome : model::kOutcomes) {
            out.add({{"suite", suite}, {"outcome", model::outcome_name(outcome)}},
                    outcomes[outcome]);
        }
    }
}

void add_programs(Families& out, const model::RunRecord& run) {
    out.declare("xdp_bench_program_jited_bytes", "gauge", "bytes", "Machine code of a program.");
    for (const model::ProgramRecord& program : run.programs) {
        out.add({{"program", program.name}}, program.jited_bytes);
    }
    out.declare("xdp_bench_program_verified_instructions", "gauge", "",
                "Instructions that the verifier processed.");
    for (const model::ProgramRecord& program : run.programs) {
        if (!program.verified_insns) continue;
        out.add({{"program", program.name}}, static_cast<double>(*program.verified_insns));
    }
}

Labels labels_of(const model::BenchSetup& bench) {
    return {{"program", bench.program},
            {"mode", std::string(model::attach_name(bench.mode))},
            {"action", std::string(bench.action ? model::action_name(*bench.action) : "")},
            {"placement", std::string(model::name_of(bench.placement))},
            {"size", bench.size},
            {"flows", std::to_string(bench.flows)}};
}

// Median, least and most of one number of every round.
template <class Measure>
void add_statistics(Families& out, const model::BenchRecord& bench, const char* label,
                    const char* what, Measure measure) {
    const std::vector<double> samples = model::measure_rounds(bench, measure);
    const std::array<std::pair<const char*, std::optional<double>>, 3> statistics{
        {{"median", stats::median(samples)},
         {"min", stats::min(samples)},
         {"max", stats::max(samples)}}};
    for (const auto& [statistic, value] : statistics) {
        Labels labels = labels_of(bench.setup);
        labels.emplace_back(label, what);
        labels.emplace_back("statistic", statistic);
        if (value) out.add(labels, *value);
    }
}

void add_benches(Families& out, const model::RunRecord& run) {
    out.declare("xdp_bench_packet_seconds", "gauge", "seconds",
                "Time per packet: of the whole path, of the baseline, and the program's share.");
    for (const model::BenchRecord& bench : run.benches) {
        add_statistics(out, bench, "part", "path",
                       [](const model::BenchRound& r) { return r.ns_per_packet() * 1e-9; });
        add_statistics(out, bench, "part", "baseline",
                       [](const model::BenchRound& r) { return r.baseline_ns() * 1e-9; });
        add_statistics(out, bench, "part", "program",
                       [](const model::BenchRound& r) { return r.program_ns() * 1e-9; });
    }
    out.declare("xdp_bench_packets_per_second", "gauge", "",
                "Rates: offered by the generator, processed by the program, forwarded by it.");
    for (const model::BenchRecord& bench : run.benches) {
        if (bench.alone()) continue;
        add_statistics(out, bench, "frames", "offered",
                       [](const model::BenchRound& r) { return r.rate(r.offered); });
        add_statistics(out, bench, "frames", "processed",
                       [](const model::BenchRound& r) { return r.rate(r.processed); });
        add_statistics(out, bench, "frames", "forwarded",
                       [](const model::BenchRound& r) { return r.rate(r.forwarded); });
    }
    out.declare("xdp_bench_scaling_packets_per_second", "gauge", "",
                "Rates of so many CPUs, on one device (together) and on one each (apart).");
    for (const model::ScalingRecord& scaling : run.scalings) {
        for (const model::ScalingStep& step : scaling.steps) {
            for (const auto& [devices, samples] :
                 {std::pair{"together", &step.together}, std::pair{"apart", &step.apart}}) {
                if (samples->empty()) continue;
                Labels labels = labels_of(scaling.setup);
                labels.emplace_back("cpus", std::to_string(step.cpus.size()));
                if (step.queues > 0) labels.emplace_back("queues", std::to_string(step.queues));
                labels.emplace_back("devices", devices);
                out.add(labels, stats::median(*samples).value_or(0));
            }
        }
    }
    out.declare("xdp_bench_lost_frames", "gauge", "", "Frames lost in a bench, by counter.");
    for (const model::BenchRecord& bench : run.benches) {
        for (const auto& [counter, frames] : bench.losses) {
            Labels labels = labels_of(bench.setup);
            labels.emplace_back("counter", counter);
            out.add(labels, static_cast<double>(frames));
        }
    }
}

Labels labels_of_load(const model::LoadRecord& load) {
    Labels labels = labels_of(load.setup);
    labels.emplace_back("generator_cpus",
                        fmt::format("{}", fmt::join(load.setup.generator_cpus, ",")));
    return labels;
}

Labels labels_at(const model::LoadRecord& load) {
    Labels labels = labels_of_load(load);
    labels.emplace_back("rate", rate_text(load.rate));
    return labels;
}

void add_loads(Families& out, const model::RunRecord& run) {
    out.declare("xdp_bench_loss_ratio", "gauge", "ratio",
                "Frames lost of those offered at a rate, in the middle round.");
    for (const model::LoadRecord& load : run.loads) {
        const std::vector<model::Trial> reached = load.reached_trials();
        std::vector<double> losses;
        losses.reserve(reached.size());
        for (const model::Trial& trial : reached) losses.push_back(trial.loss_ratio());
        if (load.kind == model::LoadKind::rate && !losses.empty())
            out.add(labels_at(load), stats::median(losses).value_or(0));
    }
    out.declare("xdp_bench_throughput_packets_per_second", "gauge", "",
                "Highest rate found whose loss stays within a goal.");
    for (const model::LoadRecord& load : run.loads) {
        for (const model::SearchedGoal& goal : load.goals) {
            Labels labels = labels_of_load(load);
            labels.emplace_back("loss", fmt::format("{}", goal.goal.loss_ratio));
            labels.emplace_back("bound", std::string(model::name_of(goal.bound)));
            labels.emplace_back("stamped", load.stamped ? "yes" : "no");
            if (goal.result.bounds.lower) out.add(labels, *goal.result.bounds.lower);
        }
    }
    out.declare("xdp_bench_latency_seconds", "gauge", "seconds",
                "Quantiles of latency from generator to sink.");
    for (const model::LoadRecord& load : run.loads) {
        for (const model::LatencySeries& series : load.latencies) {
            const auto add = [&](const char* quantile, std::uint64_t ns) {
                Labels labels = labels_at(load);
                labels.emplace_back("through", model::name_of(series.through));
                labels.emplace_back("place", model::name_of(series.place));
                labels.emplace_back("quantile", quantile);
                out.add(labels, static_cast<double>(ns) * 1e-9);
            };
            for (const model::Percentile& percentile : model::kPercentiles)
                add(percentile.name, series.histogram.quantile(percentile.q).value_or(0));
            add("max", series.histogram.longest());
        }
    }
}

void add_figures(Families& out, const model::RunRecord& run) {
    add_programs(out, run);
    add_benches(out, run);
    add_loads(out, run);
}

void add_figures(Families& out, const model::CompareRecord& record) {
    out.declare("xdp_bench_compared_packet_seconds", "gauge", "seconds",
                "Time per packet of the whole path, median of the samples.");
    for (const model::ComparedCase& one : record.cases) {
        if (one.outcome != model::Outcome::passed) continue;
        for (const auto& [role, ns] :
             {std::pair{"base", one.base_ns}, std::pair{"contender", one.contender_ns}}) {
            if (ns <= 0) continue;
            Labels labels = labels_of(one.setup);
            labels.emplace_back("role", role);
            out.add(labels, ns * 1e-9);
        }
    }
    out.declare("xdp_bench_compared_effect_ratio", "gauge", "ratio",
                "How much more than the base the contender takes, relative to the measure.");
    for (const model::ComparedCase& one : record.cases) {
        if (one.outcome != model::Outcome::passed || one.comparison.blocks == 0) continue;
        Labels labels = labels_of(one.setup);
        labels.emplace_back("measure", model::name_of(one.measure));
        labels.emplace_back("judgement", stats::name(one.comparison.judgement));
        out.add(labels, one.comparison.effect);
    }
}

void add_figures(Families& out, const ResultTable& table) {
    out.declare("xdp_bench_changed_ratio", "gauge", "ratio",
                "How much more a figure of the new result is, relative to the old one.");
    for (const ResultRow& row : table.rows) {
        if (!row.change) continue;
        out.add({{"figure", row.bench},
                 {"unit", row.unit},
                 {"verdict", std::string(name(row.verdict))}},
                *row.change);
    }
}

// Its findings are in the summary.
void add_figures(Families& /*out*/, const model::QualificationRecord& /*record*/) {}

}  // namespace

std::string to_openmetrics(const Source& source) {
    Families out;
    add_summary(out, list_entries(source));
    std::visit([&out](const auto* record) { add_figures(out, *record); }, source);
    return out.text();
}

}  // namespace xdpbench::report
