#include "report/bench_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/text.h"
#include "report/bench_table.h"
#include "report/cost.h"
#include "report/counts_text.h"
#include "report/scaling_table.h"
#include "report/state_text.h"
#include "report/table.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

struct Column {
    std::string title;
    const char* unit;
    double (*measure)(const model::BenchRound&);
    int precision;
    bool shown = true;  // else a dash: nothing is counted there
    double least = 0;   // a difference below this is not told from 0, and never negative
};

// The third column is named after where the frames are counted a second time.
std::vector<Column> columns_for(const model::BenchRecord& bench) {
    std::vector<Column> cost{
        {"ns/packet", "ns", [](const model::BenchRound& r) { return r.ns_per_packet(); }, 1},
        {"baseline", "ns", [](const model::BenchRound& r) { return r.baseline_ns(); }, 1},
        {"program", "ns", [](const model::BenchRound& r) { return r.program_ns(); }, 1, true,
         model::kAloneResolution},
    };
    if (bench.has_cycles()) {
        cost.push_back({"path", "cycles",
                        [](const model::BenchRound& r) { return r.cycles_per_packet(); }, 1});
        cost.push_back({"program", "cycles",
                        [](const model::BenchRound& r) { return r.program_cycles(); }, 1, true, 1});
    }
    if (bench.alone()) return cost;
    const char* const way = bench.setup.mixed     ? "arrived"
                            : bench.xsk           ? "sockets"
                            : bench.forwarded > 0 ? "far end"
                            : bench.passed > 0    ? "to stack"
                                                  : "returned";
    std::vector<Column> columns{
        {"offered", "Mpps",
         [](const model::BenchRound& r) { return r.rate(r.offered) / model::kMega; }, 3},
        {"processed", "Mpps",
         [](const model::BenchRound& r) { return r.rate(r.processed) / model::kMega; }, 3},
        {way, "Mpps", [](const model::BenchRound& r) { return r.rate(r.forwarded) / model::kMega; },
         3, bench.forwarded + bench.passed + bench.received > 0 || bench.xsk},
    };
    columns.insert(columns.end(), cost.begin(), cost.end());
    return columns;
}

std::string cell_text(const Column& column, double value) {
    if (!column.shown) return "-";
    if (value < column.least) return fmt::format("< {:.1f}", column.least);
    return fmt::format("{:.{}f}", value, column.precision);
}

using Summary = std::optional<double> (*)(std::span<const double>);

std::string table_row(const char* title, const std::vector<Column>& columns,
                      const model::BenchRecord& bench, Summary summary) {
    std::string row = fmt::format("  {:<10}", title);
    for (const Column& column : columns) {
        const std::vector<double> samples = model::measure_rounds(bench, column.measure);
        const double value = summary(samples).value_or(0);
        row += fmt::format("{:>11}", cell_text(column, value));
    }
    return row;
}

// (highest - lowest) / median of every column, in per cent; a dash where the median is next to
// nothing beside it.
std::string range_row(const std::vector<Column>& columns, const model::BenchRecord& bench) {
    std::string row = fmt::format("  {:<10}", "range");
    for (const Column& column : columns) {
        const std::vector<double> samples = model::measure_rounds(bench, column.measure);
        constexpr double kMost = 10;
        const std::optional<double> range = stats::relative_range(samples);
        row += fmt::format("{:>11}", column.shown && range && *range < kMost
                                         ? fmt::format("{:.1f} %", *range * 100)
                                         : "-");
    }
    return row;
}

std::string bench_table(const model::BenchRecord& bench) {
    const std::vector<Column> columns = columns_for(bench);
    std::string titles = fmt::format("  {:<10}", "");
    std::string units = titles;
    for (const Column& column : columns) {
        titles += fmt::format("{:>11}", column.title);
        units += fmt::format("{:>11}", column.unit);
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", titles, units,
                       table_row("median", columns, bench, stats::median),
                       table_row("lowest", columns, bench, stats::min),
                       table_row("highest", columns, bench, stats::max), range_row(columns, bench));
}

// The clock that figures in ns refer to, and the clocks that were measured.
std::string clock_line(const model::BenchRecord& bench) {
    if (!bench.has_cycles()) return {};
    const std::vector<double> clocks =
        model::measure_rounds(bench, [](const model::BenchRound& r) { return r.gigahertz(); });
    return fmt::format(
        "  {:<10}ns refer to {:.2f} GHz, the clock at the start of the run; measured: {:.2f} to "
        "{:.2f} GHz\n",
        "clock", bench.clock_gigahertz(), stats::min(clocks).value_or(0),
        stats::max(clocks).value_or(0));
}

// How much of the time another thread used the core, by the instructions per cycle.
std::string core_line(const model::BenchRecord& bench) {
    if (!bench.has_cycles()) return {};
    std::string line =
        fmt::format("  {:<10}{:.1f} instructions per cycle; ", "core", bench.core_ipc);
    if (bench.shared_share() == 0) return line + "no CPU contention\n";
    line += fmt::format("CPU contention: {:.1f} % of windows", bench.shared_share() * 100);
    const std::size_t shared = bench.disturbed_rounds();
    if (shared == bench.rounds.size()) return line + " in all rounds, none excluded\n";
    line += " excluded";
    if (shared > 0)
        line += fmt::format(", and {} of {}", shared, counted(bench.rounds.size(), "round"));
    return line + "\n";
}

// How exactly the figures are known, and which windows do not count.
std::string precision_lines(const model::BenchRecord& bench) {
    std::string lines;
    if (bench.precision) {
        const model::BenchPrecision& precision = *bench.precision;
        lines = fmt::format(
            "  {:<10}± {:.2f} % of ns/packet with {:.0f} % confidence{}; program {}\n", "interval",
            precision.reached() * 100, precision.ns_per_packet.interval.coverage * 100,
            precision.enough() ? "" : fmt::format(" (wanted: {:.2f} %)", precision.wanted * 100),
            program_ns_text(bench));
    }
    if (bench.windows.excluded() > 0)
        lines += fmt::format("  {:<10}{}{}\n", "windows", bench.windows.text(),
                             bench.precision && bench.precision->disturbed
                                 ? "; with so few others all count, by CPU time"
                                 : "");
    return lines;
}

// A row for each CPU: what the program did there, in packets per second.
std::string cpu_rows(const model::BenchRecord& bench) {
    std::string rows;
    for (const model::CpuTally& cpu : bench.cpus) {
        rows += fmt::format("  {:<10}{} per second\n", fmt::format("CPU {}", cpu.cpu),
                            tally_text(model::per_second(bench, cpu)));
    }
    return rows;
}

// Where redirected frames were handed to the stack of another CPU.
std::string stack_cpus(const model::BenchRecord& bench) {
    if (bench.setup.action != model::Action::redirect || bench.passed_cpus.empty()) return {};
    std::vector<std::string> cpus;
    for (const auto& [cpu, frames] : bench.passed_cpus)
        cpus.push_back(fmt::format("{} on CPU {}", thousands(frames), cpu));
    return fmt::format("  {:<10}{}\n", "to stack", fmt::join(cpus, ", "));
}

// Over two ports there is no third one to redirect to.
std::string redirect_way(const model::BenchRecord& bench) {
    if (!bench.setup.out.empty() && bench.forwarded > 0)
        return fmt::format("  {:<10}{} left by {}\n", "redirect", thousands(bench.forwarded),
                           bench.setup.out);
    const bool back = bench.setup.action == model::Action::redirect && bench.received > 0;
    if (bench.setup.placement != model::Placement::device || !back) return {};
    return fmt::format("  {:<10}out of the port of --dev, back to the peer\n", "redirect");
}

// Of a CPUMAP: where the baseline's frames went. What the program did not use is in the baseline
// too.
std::string baseline_cpus(const model::BenchRecord& bench) {
    if (bench.baseline_cpus.empty()) return "";
    std::set<int> used;
    for (const auto& [cpu, frames] : bench.passed_cpus) used.insert(cpu);
    const std::set<int> baseline(bench.baseline_cpus.begin(), bench.baseline_cpus.end());
    const std::string cpus = baseline.size() == 1
                                 ? fmt::format("CPU {}", *baseline.begin())
                                 : fmt::format("CPUs {}, alternating", fmt::join(baseline, ", "));
    if (baseline == used) return fmt::format("  {:<10}redirected to {}\n", "baseline", cpus);
    return fmt::format(
        "  {:<10}redirected to {}, the program's frames to {}: the program cost includes the "
        "difference of the CPUs\n",
        "baseline", cpus, fmt::join(used, ", "));
}

}  // namespace

std::string bench_text(const model::BenchRecord& bench) {
    const double rounds = static_cast<double>(std::max<std::size_t>(1, bench.rounds.size()));
    std::string text = fmt::format(
        "  {:<8} {}\n           {}; {} of {:.2f} s, interleaved with the baseline\n{}\n", "bench",
        setup_text(bench.setup, bench.outcome), placement_text(bench.setup),
        counted(bench.rounds.size(), "round"), bench.seconds / rounds, generator_row(bench.setup));
    if (const std::string state = state_text(bench.state); !state.empty())
        text += fmt::format("  {:<10}{}\n", "state", state);
    text += bench_table(bench) + "\n" + precision_lines(bench) + clock_line(bench) +
            core_line(bench) + cpu_rows(bench);
    text += fmt::format("  {:<10}{:.2f} % of a CPU in the tool's own code during the measurement\n",
                        "harness", bench.user_share() * 100);
    if (bench.alone()) {
        return text + fmt::format("  {:<10}verified by {}; resolution {} ns\n", "paths",
                                  bench.setup.counted_by, model::kAloneResolution);
    }
    if (bench.xsk)
        text += fmt::format("  {:<10}{}\n", "AF_XDP", sockets_text(*bench.xsk, bench.losses));
    text += redirect_way(bench) + stack_cpus(bench) + baseline_cpus(bench);
    text += fmt::format("  {:<10}{}; counted by {}\n", "lost", losses_text(bench.losses),
                        bench.setup.counted_by);
    return text + fmt::format("  {:<10} {}: {}\n", "bottleneck", model::name_of(bench.bound),
                              bench.evidence);
}

namespace {

// A line for each step that the generators limit.
std::string limits_text(const model::ScalingRecord& scaling) {
    std::string text;
    for (const std::string& limit : generator_limits(scaling)) text += fmt::format("  {}\n", limit);
    return text;
}

// Receive hashing spreads flows, not frames.
std::string flows_hint(const model::ScalingRecord& scaling) {
    std::uint64_t queues = 0;
    for (const model::ScalingStep& step : scaling.steps) queues = std::max(queues, step.queues);
    if (scaling.setup.flows >= queues) return {};
    return fmt::format(
        "  hint: the traffic has {} for {}; receive hashing sends a flow to one queue: --flows "
        "1000\n",
        counted(scaling.setup.flows, "flow"), counted(queues, "queue"));
}

std::string port_scaling_text(const model::ScalingRecord& scaling) {
    std::string text = fmt::format(
        "  {:<8} {}\n           queues of the device, and CPUs that send as fast as they can\n\n",
        "scaling", setup_text(scaling.setup, scaling.outcome));
    text += table_text(scaling_table(scaling).rows, 1);
    return text + fmt::format("\n  {:<9}{}\n", "lost", losses_text(scaling.losses)) +
           limits_text(scaling) + flows_hint(scaling);
}

}  // namespace

std::string scaling_text(const model::ScalingRecord& scaling) {
    if (model::is_over_ports(scaling)) return port_scaling_text(scaling);
    std::string text = fmt::format(
        "  {:<8} {}\n           one generator and one queue per CPU: {} of one device, interleaved "
        "with as many devices\n\n",
        "scaling", setup_text(scaling.setup, scaling.outcome), counted(scaling.queues, "queue"));
    text += table_text(scaling_table(scaling).rows, 1);
    return text + fmt::format("\n  {:<9}{}\n", "lost", losses_text(scaling.losses));
}

}  // namespace xdpbench::report
