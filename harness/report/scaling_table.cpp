#include "report/scaling_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>
#include <vector>

#include "model/common.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

// "CPU 0 51 %, CPU 1 49 %": which CPUs the program ran on.
std::string spread_text(const model::ScalingStep& step) {
    double all = 0;
    for (const auto& [cpu, frames] : step.handled_by) all += static_cast<double>(frames);
    std::vector<std::string> parts;
    for (const auto& [cpu, frames] : step.handled_by)
        parts.push_back(
            fmt::format("CPU {} {:.0f} %", cpu, 100 * static_cast<double>(frames) / all));
    return parts.empty() ? "not counted by CPU" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string cpus_text(const model::ScalingStep& step) {
    return fmt::format("{}", fmt::join(step.cpus, ","));
}

std::string mpps(double rate) { return fmt::format("{:.3f}", rate / model::kMega); }

std::string ratio(double value) { return fmt::format("{:.2f}", value); }

TableRow port_row(const model::ScalingRecord& scaling, const model::ScalingStep& step) {
    return {std::to_string(step.queues),
            cpus_text(step),
            mpps(stats::median(step.together).value_or(0)),
            ratio(model::speedup(scaling, step)),
            ratio(model::efficiency(scaling, step)),
            mpps(step.generator_maximum),
            fmt::format("{:.2f} %", step.lost * 100),
            std::string(model::name_of(step.bound)),
            spread_text(step)};
}

TableRow veth_row(const model::ScalingRecord& scaling, const model::ScalingStep& step) {
    return {cpus_text(step),
            mpps(stats::median(step.together).value_or(0)),
            ratio(model::speedup(scaling, step)),
            mpps(stats::median(step.apart).value_or(0)),
            ratio(model::apart_speedup(scaling, step)),
            ratio(model::efficiency(scaling, step))};
}

}  // namespace

NamedTable scaling_table(const model::ScalingRecord& scaling) {
    NamedTable table;
    table.heading = fmt::format("{} {}, rate by number of CPUs and queues", scaling.setup.program,
                                scaling.setup.name());
    table.left = 1;
    const bool ports = model::is_over_ports(scaling);
    table.rows = {ports ? TableRow{"queues", "CPUs", "Mpps", "speedup", "efficiency", "generator",
                                   "lost", "bottleneck", "the program ran on"}
                        : TableRow{"CPUs", "together, Mpps", "speedup", "apart, Mpps", "speedup",
                                   "efficiency"}};
    for (const model::ScalingStep& step : scaling.steps)
        table.rows.push_back(ports ? port_row(scaling, step) : veth_row(scaling, step));
    return table;
}

}  // namespace xdpbench::report
