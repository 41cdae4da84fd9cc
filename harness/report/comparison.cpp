#include "report/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/counts_text.h"
#include "report/json.h"
#include "report/json_parts.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;

// Whether there were enough blocks for a first look: otherwise nothing is known of an effect.
bool looked_at(const model::ComparedCase& one) { return one.comparison.blocks > 0; }

// A block loads both programs anew, which takes seconds if they have large maps.
std::string too_few(const model::ComparedCase& one, const model::CompareRecord& record) {
    const std::string found =
        fmt::format("{}, too few for a first look", counted(one.ratios.size(), "block"));
    if (one.seconds <= 0) return found + "; give it more time: --max-time";
    const double each = one.seconds / static_cast<double>(one.ratios.size() + 1);
    const double needed = each * (model::kFirstLook + 3) * static_cast<double>(record.cases.size());
    return fmt::format("{} ({}), and one takes {:.2g} s; give it more time: --max-time {:.0f}s",
                       found, model::kFirstLook, each, std::ceil(needed));
}

// What the judgement rests on, in words.
std::string because(const model::ComparedCase& one, const model::CompareRecord& record) {
    const stats::Comparison& found = one.comparison;
    if (!looked_at(one)) return too_few(one, record);
    const double threshold = one.threshold * kPercent;
    const std::string visible =
        found.smallest_visible
            ? fmt::format("; {} blocks can see {:.2f} % with {:.0f} % power", found.blocks,
                          *found.smallest_visible * kPercent, record.power * kPercent)
            : "";
    switch (found.judgement) {
        case stats::Judgement::slower:
        case stats::Judgement::faster:
            return fmt::format("p {:.2g} at all looks together, and more than {:.1f} %{}", found.p,
                               threshold, visible);
        case stats::Judgement::same:
            return fmt::format("the interval lies within {:.1f} % to both sides{}", threshold,
                               visible);
        case stats::Judgement::inconclusive:
            return fmt::format(
                "neither a difference of more than {:.1f} % nor none is proven{}; more time helps: "
                "--max-time",
                threshold, visible);
        case stats::Judgement::invalid:
            return fmt::format(
                "the base, loaded a second time, differs from itself by {:+.2f} % (p {:.2g}): the "
                "machine was measured, not the programs",
                found.control_effect * kPercent, found.control_p);
        case stats::Judgement::undecided:
            break;
    }
    return {};
}

constexpr const char* kDoesNotShow = "; how fast the program is does not show here";

std::string port_bound_text(const model::ComparedCase& one) {
    if (one.bound == model::Bound::program)
        return fmt::format("            bound by program: {:.2f} % of the frames were lost\n",
                           one.refused * kPercent);
    const double base = one.base_ns > 0 ? 1e9 / one.base_ns : 0;
    return fmt::format("            bound by {}: {}{}\n", model::name_of(one.bound),
                       model::generator_share_text(base, one.setup.generator_maximum),
                       one.bound == model::Bound::generator ? kDoesNotShow : "");
}

// On two CPUs the slower side alone decides about the rate.
std::string slower_side_text(const model::ComparedCase& one) {
    if (one.bound == model::Bound::none) return "";
    if (one.setup.placement == model::Placement::device) return port_bound_text(one);
    return fmt::format(
        "            bound by {}: {:.2f} % of the frames found the ring before the program "
        "full{}\n",
        model::name_of(one.bound), one.refused * kPercent,
        one.bound == model::Bound::generator ? kDoesNotShow : "");
}

std::string case_text(const model::ComparedCase& one, const model::CompareRecord& record,
                      std::size_t width) {
    if (one.outcome != model::Outcome::passed)
        return fmt::format("  {:<{}} {}: {}\n", one.setup.name(), width,
                           model::outcome_name(one.outcome), one.message);
    return fmt::format(
        "  {:<{}} {:>10} {:>10} {:>8} {:>8}   {:>9}   {:<21} {:>5}   {}\n"
        "            {}\n"
        "            effect on the {}: {}\n{}",
        one.setup.name(), width, ns_text(one.base_ns), ns_text(one.contender_ns),
        ns_text(one.baseline_ns), more_text(one), effect_text(one), interval_text(one),
        one.comparison.blocks, judgement_text(one), setup_text(one.setup, one.outcome),
        measured_time(one), because(one, record), slower_side_text(one));
}

// ", the generator on CPU 0", if it had its own.
std::string generator_text(const model::CompareRecord& record) {
    for (const model::ComparedCase& one : record.cases) {
        if (one.setup.generator_cpu != one.setup.cpu)
            return fmt::format(", the generator on CPU {}", one.setup.generator_cpu);
    }
    return "";
}

Json to_json(const model::ComparedCase& one) {
    const stats::Comparison& found = one.comparison;
    const auto seen = [&](double value) { return looked_at(one) ? Json(value) : Json(nullptr); };
    Json json{{"name", one.setup.name()}};
    json.update(setup_json(one));
    json.update({{"judgement", std::string(stats::name(found.judgement))},
                 {"measure", model::name_of(one.measure)},
                 {"threshold", one.threshold},
                 {"samples", found.blocks},
                 {"effect", seen(found.effect)},
                 {"p", seen(found.p)},
                 {"holm_p", seen(one.adjusted_p)},
                 {"control_effect", seen(found.control_effect)},
                 {"control_p", seen(found.control_p)},
                 {"base_ns", one.base_ns},
                 {"contender_ns", one.contender_ns},
                 {"difference_ns", one.more_ns()},
                 {"baseline_ns", one.baseline_ns},
                 {"seconds", one.seconds}});
    if (one.bound != model::Bound::none) {
        json["bound"] = model::name_of(one.bound);
        const bool port = one.setup.placement == model::Placement::device;
        json[port ? "lost_share" : "ring_full_share"] = one.refused;
    }
    if (found.interval)
        json["interval"] = {{"low", found.interval->low},
                            {"high", found.interval->high},
                            {"coverage", found.interval->coverage}};
    if (found.smallest_visible) json["smallest_visible_effect"] = *found.smallest_visible;
    json["ratios"] = one.ratios;
    json["control_ratios"] = one.control;
    json["base_ns_samples"] = one.base_samples;
    json["contender_ns_samples"] = one.contender_samples;
    return json;
}

}  // namespace

std::string judgement_text(const model::ComparedCase& one) {
    return one.outcome == model::Outcome::passed
               ? std::string(stats::name(one.comparison.judgement))
               : model::outcome_name(one.outcome);
}

std::string effect_text(const model::ComparedCase& one) {
    return looked_at(one) ? fmt::format("{:+.2f} %", one.comparison.effect * kPercent) : "-";
}

std::string interval_text(const model::ComparedCase& one) {
    const std::optional<stats::Interval>& interval = one.comparison.interval;
    if (!interval) return "-";
    return fmt::format("{:+.2f} to {:+.2f} %", interval->low * kPercent, interval->high * kPercent);
}

std::string measured_time(const model::ComparedCase& one) {
    return one.measure == model::Measure::program ? "program's own time" : "whole path's time";
}

std::string ns_text(double ns) { return ns > 0 ? fmt::format("{:.1f}", ns) : "-"; }

std::string more_text(const model::ComparedCase& one) {
    if (one.base_samples.empty()) return "-";
    return fmt::format("{:+.1f}", std::round(one.more_ns() * 10) / 10 + 0.0);  // + 0.0: not "-0.0"
}

std::string effect_summary(const model::ComparedCase& one, const model::CompareRecord& record) {
    const std::string found = looked_at(one) ? fmt::format("{} after {}; ", effect_text(one),
                                                           counted(one.comparison.blocks, "block"))
                                             : "";
    return fmt::format("{}: {}{}", judgement_text(one), found, because(one, record));
}

std::string comparison_text(const model::CompareRecord& record) {
    std::string text;
    for (const auto& [role, program] :
         {std::pair{"base", &record.base}, std::pair{"contender", &record.contender}}) {
        text += fmt::format("  {:<10} {} ({}, tag {}, {} jited)\n", role, program->object,
                            program->function, program->tag, counted(program->jited_bytes, "byte"));
    }
    std::size_t width = 9;
    for (const model::ComparedCase& one : record.cases)
        width = std::max(width, one.setup.name().size());
    text += fmt::format("\n  {:<{}} {:>10} {:>10} {:>8} {:>8}   {:>9}   {:<21} {:>5}\n", "", width,
                        "base", "contender", "baseline", "more", "effect", "interval", "blocks");
    text += fmt::format("  {:<{}} {:>10} {:>10} {:>8} {:>8}\n", "", width, "ns/packet", "ns/packet",
                        "ns", "ns");
    for (const model::ComparedCase& one : record.cases) text += case_text(one, record, width);
    text += fmt::format(
        "\nfalse alarms at most {:.1f} % of such runs; base and contender interleaved on CPU {}{}, "
        "loaded "
        "anew in each block; {:.1f} s\n",
        record.alpha * kPercent, record.cpu, generator_text(record), record.seconds);
    if (record.interrupted) text += "interrupted: this is what was done until then\n";
    return text;
}

std::string to_json(const model::CompareRecord& record) {
    Json json{{"schema_version", kResultSchemaVersion},
              {"kind", "comparison"},
              {"command_line", record.command_line},
              {"started", record.started},
              {"seconds", record.seconds},
              {"interrupted", record.interrupted},
              {"exit_code", record.exit_code},
              {"cpu", record.cpu},
              {"alpha", record.alpha},
              {"threshold", record.threshold},
              {"power", record.power},
              {"seed", record.seed}};
    json["environment"] = Json::object();
    for (const auto& [key, value] : record.environment) json["environment"][key] = value;
    json["labels"] = record.labels;
    json["base"] = to_json(record.base);
    json["contender"] = to_json(record.contender);
    json["cases"] = Json::array();
    for (const model::ComparedCase& one : record.cases) json["cases"].push_back(to_json(one));
    return json.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

}  // namespace xdpbench::report
