// What became of frames: losses by name, actions by CPU. How rates grow with CPUs.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/bench_table.h"
#include "report/chart.h"
#include "report/html_sections.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

constexpr double kPercent = 100;

struct LostFrames {
    std::vector<BarRow> bars;
    std::vector<TableRow> data{{"where", "counter", "frames"}};

    void add(const std::string& where, const model::Losses& losses) {
        for (const auto& [name, frames] : losses) {
            if (frames == 0) continue;
            bars.push_back({fmt::format("{}: {}", where, name),
                            {{static_cast<double>(frames), series_class(1)}},
                            counted(frames, "frame")});
            data.push_back({where, name, thousands(frames)});
        }
    }
};

// An action has the same colour on every CPU: aborted, drop, pass, tx, redirect.
constexpr std::array<std::size_t, model::kActionCount> kActionSeries{1, 4, 2, 0, 3};

// A row for each CPU of each measurement.
struct CpuActions {
    std::vector<BarRow> bars;
    std::vector<TableRow> data;
    model::ActionTally seen{};

    CpuActions() {
        data.push_back({"where", "CPU"});
        for (std::size_t i = 0; i < seen.size(); ++i)
            data.front().emplace_back(model::action_name(static_cast<model::Action>(i)));
    }
    void add(const std::string& where, const std::vector<model::CpuTally>& cpus) {
        for (const model::CpuTally& cpu : cpus) add(where, cpu);
    }
    void add(const std::string& where, const model::CpuTally& cpu) {
        BarRow bar{fmt::format("{}, CPU {}", where, cpu.cpu), {}, ""};
        TableRow row{where, fmt::format("{}", cpu.cpu)};
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < cpu.actions.size(); ++i) {
            const std::uint64_t frames = cpu.actions.at(i);
            bar.parts.push_back({static_cast<double>(frames), series_class(kActionSeries.at(i))});
            row.push_back(thousands(frames));
            seen.at(i) |= frames;
            all += frames;
        }
        if (all == 0) return;
        bar.value = counted(all, "frame");
        bars.push_back(std::move(bar));
        data.push_back(std::move(row));
    }
    [[nodiscard]] std::string figure(const std::string& title) const {
        if (bars.empty()) return {};
        Figure figure;
        figure.title = title;
        for (std::size_t i = 0; i < seen.size(); ++i) {
            if (seen.at(i) > 0)
                figure.legend.push_back(
                    {std::string(model::action_name(static_cast<model::Action>(i))),
                     series_class(kActionSeries.at(i))});
        }
        figure.svg = bar_chart("frames by CPU and action", "frames", bars);
        figure.data = html_table(data, 2);
        return html_figure(figure);
    }
};

// Of real ports: the rate, and what the generators sent at most, by queues or by CPUs.
std::string port_scaling_figure(const model::ScalingRecord& scaling) {
    const bool by_queues = scaling.steps.front().queues != scaling.steps.back().queues;
    std::vector<std::string> names;
    std::vector<Point> rates;
    std::vector<Point> most;
    std::vector<TableRow> data{{"queues", "CPUs that send", "Mpps", "generators at most, Mpps",
                                "efficiency, %", "speedup", "lost, %", "bottleneck"}};
    double highest = 0;
    for (const model::ScalingStep& step : scaling.steps) {
        const double x = static_cast<double>(names.size());
        names.push_back(std::to_string(by_queues ? step.queues : step.cpus.size()));
        rates.push_back({x, stats::median(step.together).value_or(0) / model::kMega});
        most.push_back({x, step.generator_maximum / model::kMega});
        highest = std::max({highest, rates.back().y, most.back().y});
        data.push_back({std::to_string(step.queues), std::to_string(step.cpus.size()),
                        fmt::format("{:.3f}", rates.back().y), fmt::format("{:.3f}", most.back().y),
                        fmt::format("{:.0f}", model::efficiency(scaling, step) * kPercent),
                        fmt::format("{:.2f}", model::speedup(scaling, step)),
                        fmt::format("{:.2f}", step.lost * kPercent),
                        std::string(model::name_of(step.bound))});
    }
    const char* const what = by_queues ? "queues" : "CPUs";
    Plot plot(fmt::format("rate by number of {}", what),
              Axis::names(by_queues ? "queues of the device" : "CPUs that send", names),
              Axis::from_zero("Mpps processed", highest * 1.1));
    plot.line(most, series_class(1), true);
    plot.line(rates, series_class(0));
    for (std::size_t i = 0; i < names.size(); ++i) {
        plot.mark(most[i], 1);
        plot.mark(rates[i], 0);
        plot.note({rates[i].x, std::max(rates[i].y, most[i].y)},
                  fmt::format("{:.0f} %", model::efficiency(scaling, scaling.steps[i]) * kPercent),
                  12);
    }
    std::string note = fmt::format(
        "Above each point: efficiency, the rate over that of the first point, for as many times "
        "the {}. A rate near the generators' is not the port's limit.",
        what);
    for (const std::string& limit : generator_limits(scaling)) note += fmt::format(" {}.", limit);
    return html_figure(
        {fmt::format("{} {}, rate by {}", scaling.setup.program, scaling.setup.name(), what),
         note,
         {{"processed by the program", series_class(0)},
          {"the generators at most", series_class(1)}},
         plot.svg(),
         html_table(data, 1)});
}

std::string scaling_figure(const model::ScalingRecord& scaling) {
    if (scaling.steps.empty()) return {};
    if (model::is_over_ports(scaling)) return port_scaling_figure(scaling);
    std::vector<std::string> names;
    std::vector<Point> together;
    std::vector<Point> apart;
    std::vector<TableRow> data{
        {"CPUs", "one device, Mpps", "a device each, Mpps", "efficiency, %", "speedup"}};
    double highest = 0;
    for (const model::ScalingStep& step : scaling.steps) {
        const double x = static_cast<double>(names.size());
        names.push_back(std::to_string(step.cpus.size()));
        together.push_back({x, stats::median(step.together).value_or(0) / model::kMega});
        apart.push_back({x, stats::median(step.apart).value_or(0) / model::kMega});
        highest = std::max({highest, together.back().y, apart.back().y});
        data.push_back({names.back(), fmt::format("{:.3f}", together.back().y),
                        fmt::format("{:.3f}", apart.back().y),
                        fmt::format("{:.0f}", model::efficiency(scaling, step) * kPercent),
                        fmt::format("{:.2f}", model::speedup(scaling, step))});
    }
    Plot plot("rate by number of CPUs", Axis::names("CPUs, each with a generator", names),
              Axis::from_zero("Mpps processed", highest * 1.1));
    plot.line(apart, series_class(1), true);
    plot.line(together, series_class(0));
    for (std::size_t i = 0; i < names.size(); ++i) {
        plot.mark(apart[i], 1);
        plot.mark(together[i], 0);
        plot.note({together[i].x, std::max(together[i].y, apart[i].y)},
                  fmt::format("{:.0f} %", model::efficiency(scaling, scaling.steps[i]) * kPercent),
                  12);
    }
    return html_figure(
        {scaling.setup.program + " " + scaling.setup.name() + ", rate by CPUs",
         "Above each point: efficiency, the rate on one device over that on a device for each CPU.",
         {{fmt::format("one device with {}", counted(scaling.queues, "queue")), series_class(0)},
          {"a device for each CPU", series_class(1)}},
         plot.svg(),
         html_table(data, 1)});
}

}  // namespace

std::string html_losses(const model::RunRecord& run) {
    LostFrames lost;
    for (const model::ReplayRecord& replay : run.replays)
        lost.add(replay.program + " replay " + std::string(model::mode_name(replay.mode)),
                 replay.losses);
    for (const model::BenchRecord& bench : run.benches)
        lost.add(bench.setup.program + " bench " + bench.setup.name(), bench.losses);
    for (const model::ScalingRecord& scaling : run.scalings)
        lost.add(scaling.setup.program + " scaling " + scaling.setup.name(), scaling.losses);
    for (const model::ExternalRecord& external : run.externals)
        lost.add(external.setup.program + " external " + external.setup.name(), external.losses);
    for (const model::LoadRecord& load : run.loads) {
        model::Losses all;
        for (const model::Trial& trial : load.trials)
            for (const auto& [name, frames] : trial.losses) all[name] += frames;
        lost.add(fmt::format("{} {} {}", load.setup.program, model::name_of(load.kind),
                             load.setup.name()),
                 all);
    }
    if (lost.bars.empty()) return {};
    return html_figure({"Lost frames by counter",
                        "",
                        {},
                        bar_chart("lost frames by counter", "frames", lost.bars),
                        html_table(lost.data, 2)});
}

// Replays and benches handle very different numbers of frames: each has its own scale.
std::string html_actions(const model::RunRecord& run) {
    CpuActions replays;
    for (const model::ReplayRecord& replay : run.replays)
        replays.add(replay.program + " " + std::string(model::mode_name(replay.mode)), replay.cpus);
    CpuActions benches;
    for (const model::BenchRecord& bench : run.benches)
        benches.add(bench.setup.program + " " + bench.setup.name(), bench.cpus);
    CpuActions externals;
    for (const model::ExternalRecord& external : run.externals)
        externals.add(external.setup.program + " " + external.setup.name(), external.cpus);
    return externals.figure("External traffic, actions by CPU") +
           replays.figure("Replays, actions by CPU") + benches.figure("Benches, actions by CPU");
}

std::string html_scalings(const model::RunRecord& run) {
    std::string html;
    for (const model::ScalingRecord& scaling : run.scalings) html += scaling_figure(scaling);
    return html;
}

}  // namespace xdpbench::report
