// What a comparison of two programs found.
#include <fmt/format.h>

#include "report/chart.h"
#include "report/comparison.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;

// Slower, faster, and what is no difference or not known.
std::string class_of(const model::ComparedCase& one) {
    switch (one.comparison.judgement) {
        case stats::Judgement::slower:
            return series_class(1);
        case stats::Judgement::faster:
            return series_class(2);
        case stats::Judgement::same:
            return series_class(0);
        default:
            return "grey";
    }
}

std::vector<HtmlCell> row_of(const model::ComparedCase& one) {
    const stats::Comparison& found = one.comparison;
    return {{html_text(one.setup.name()), ""},
            {judgement_text(one), "o-" + judgement_text(one)},
            {ns_text(one.base_ns), "n"},
            {ns_text(one.contender_ns), "n"},
            {more_text(one), "n"},
            {ns_text(one.baseline_ns), "n"},
            {effect_text(one), "n"},
            {interval_text(one), "n"},
            {fmt::format("{}", found.blocks), "n"},
            {one.measure == model::Measure::program ? "program" : "whole path", ""}};
}

}  // namespace

std::string html_effects(const model::CompareRecord& record) {
    std::vector<EffectRow> effects;
    std::vector<std::vector<HtmlCell>> rows;
    for (const model::ComparedCase& one : record.cases) {
        rows.push_back(row_of(one));
        if (one.comparison.blocks == 0) continue;
        EffectRow effect{one.setup.name() + ": " + judgement_text(one),
                         one.comparison.effect * kPercent, std::nullopt, effect_text(one),
                         class_of(one)};
        if (one.comparison.interval)
            effect.interval = std::pair{one.comparison.interval->low * kPercent,
                                        one.comparison.interval->high * kPercent};
        effects.push_back(std::move(effect));
    }
    std::string table =
        html_table({"case", "verdict", "base, ns/packet", "contender, ns/packet", "more, ns",
                    "baseline, ns", "effect", "interval", "blocks", "effect on"},
                   rows);
    if (effects.empty()) return table;
    const double threshold = record.threshold * kPercent;
    return table + html_figures({html_figure(
                       {"Effect on the time per packet, %",
                        fmt::format("To the right of 0 the contender takes longer. Line: the "
                                    "interval of the effect. "
                                    "Band: {:.2g} %, below which nothing is called a difference.",
                                    threshold),
                        {},
                        effect_chart("effect by case, %", "effect, %", effects, threshold),
                        ""})});
}

}  // namespace xdpbench::report
