// Frames of somebody else's generator: the rate over time, and what counted them.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "report/chart.h"
#include "report/chart_series.h"
#include "report/counts_text.h"
#include "report/external_text.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

std::string figure_of(const model::ExternalRecord& external) {
    if (external.rates.empty()) return {};
    std::vector<std::string> names;
    std::vector<Point> rates;
    double highest = 0;
    for (const double rate : external.rates) {
        const double mpps = rate / model::kMega;
        rates.push_back({static_cast<double>(names.size()), mpps});
        names.push_back(std::to_string(names.size() + 1));
        highest = std::max(highest, mpps);
    }
    Plot plot("rate by interval", Axis::names("intervals, one after the other", names),
              Axis::from_zero("Mpps processed", highest * 1.1));
    plot.line(rates, series_class(0));
    for (const Point& point : rates) plot.mark(point, 0);
    const double mean =
        external.seconds > 0 ? static_cast<double>(external.handled) / external.seconds : 0;
    const std::vector<TableRow> data{
        {"what", "figure"},
        {"processed", fmt::format("{} frames, {}", thousands(external.handled), rate_text(mean))},
        {"actions", tally_text(external.actions)},
        {"reached the stack", thousands(external.passed)},
        {"left by --out", external.setup.out.empty() ? "-" : thousands(external.forwarded)},
        {"device", counters_text(external.device)},
        {"queues", counters_text(external.queues)},
        {"lost", losses_text(external.losses)},
        {"CPUs", cpu_shares_text(external)},
        {"counted by", external.setup.counted_by}};
    return html_figure({external.setup.program + " " + external.setup.name() + ", external traffic",
                        "Frames that the program handled. What was sent is not known.",
                        {},
                        plot.svg(),
                        html_table(data, 2)});
}

}  // namespace

std::string html_externals(const model::RunRecord& run) {
    std::string html;
    for (const model::ExternalRecord& external : run.externals) html += figure_of(external);
    return html;
}

}  // namespace xdpbench::report
