// The performance that the README promises, measured again by anybody: xdp-bench-performance.
// Every throughput is a ratio of windows that took turns within this one run. Exit 1 if a demand is
// missed, 3 if some could not be judged because the machine was busy.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>
#include <utility>

#include "base/interrupt.h"
#include "base/text.h"
#include "bpf/program.h"
#include "busy.h"
#include "parts.h"
#include "stats/summary.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// One line of the table, and whether the demand is met.
struct Demand {
    std::string what;
    double measured = 0;
    const char* unit = "";
    bool at_least = true;  // else at most
    double limit = 0;
    double others = 0;  // CPUs that others kept busy meanwhile

    [[nodiscard]] bool judged() const { return met() || others <= kTooBusy; }
    [[nodiscard]] bool met() const { return at_least ? measured >= limit : measured <= limit; }
    [[nodiscard]] std::string verdict() const {
        if (met()) return "met";
        return judged()
                   ? "MISSED"
                   : fmt::format("not judged: others kept {:.0f} % of a CPU busy", others * 100);
    }
    void print() const {
        const std::string figure = std::isnan(measured) ? "-" : fmt::format("{:.2f}", measured);
        fmt::print("{:<66} {:>12} {:<6} {} {:<9.6g} {}\n", what, figure, unit,
                   at_least ? ">=" : "<=", limit, verdict());
    }
};

double ratio(const std::vector<double>& above, const std::vector<double>& below) {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < above.size(); ++i) ratios.push_back(above[i] / below[i]);
    return stats::median(ratios).value_or(0);
}

// Exit codes.
constexpr int kMet = 0;
constexpr int kMissed = 1;
constexpr int kNotJudged = 3;  // and none was missed

Result<int> measure_all() {
    std::vector<Demand> demands;
    BusyWatch watch;
    double others = 0;
    const auto add = [&](Demand demand) {
        // Demands that are added at once are of the same measurement.
        if (watch.seconds() > 0.05) {
            others = watch.others();
            watch = BusyWatch();
        }
        demand.others = std::max(demand.others, others);
        demand.print();
        std::fflush(stdout);
        demands.push_back(std::move(demand));
    };
    XDPBENCH_TRY(const Checks checks, measure_checks());
    XDPBENCH_TRY(const Rates rates, measure_generators());
    fmt::print(
        "medians of {} rounds on CPU {}: replay {:.2f} Mpps, constant frame {:.2f} Mpps, tcpreplay "
        "{:.2f} Mpps\n\n",
        kRounds, traffic::measuring_cpu(), stats::median(rates.replay).value_or(0) / 1e6,
        stats::median(rates.constant).value_or(0) / 1e6,
        stats::median(rates.tcpreplay).value_or(0) / 1e6);
    add({"replay of 1,000 64-byte frames into a native drop, against tcpreplay",
         ratio(rates.replay, rates.tcpreplay), "times", true, 1.8});
    add({"the same, against the same generator sending one constant frame", rates.to_constant,
         "times", true, 0.95});
    add({"frames lost by both", static_cast<double>(rates.lost), "frames", false, 0});
    XDPBENCH_TRY(const double network, topology_milliseconds());
    add({"topology up and down", network, "ms", false, 50});
    XDPBENCH_TRY(const double wall, check_replay_seconds());
    add({"xdp-bench --mode native --prog icmp_lb --only check,replay, warm", wall, "s", false, 1});
    add({"test runs a second over a pcap of 500,000 frames", checks.runs_per_second, "/s", true,
         100'000});
    add({"peak memory of checks over a pcap of 1 GiB", checks.peak_mebibytes, "MiB", false, 64});
    XDPBENCH_TRY(const MainJob job, measure_main_job());
    add({"xdp-bench --mode native --prog icmp_lb", job.seconds, "s", false, 10});
    add({"precision of its benches", job.precision, "%", false, 0.5});
    add({"its first figure", job.first_figure, "s", false, 3});
    add({"peak memory of a run", job.peak_mebibytes, "MiB", false, 128});
    XDPBENCH_TRY(const double all_checks, all_checks_seconds());
    add({"checks and replays of all programs, generic and native", all_checks, "s", false, 10});
    XDPBENCH_TRY(const Benches benches, measure_benches());
    add({"the tool's own code while benching", benches.user_share * 100, "% CPU", false, 1});
    add({"two CPUs with a queue each, against two independent devices", benches.efficiency, "times",
         true, 0.95});
    add({"the same, against one CPU", benches.speedup, "times", true, 1});
    XDPBENCH_TRY(const double overhead, loop_overhead_ns());
    add({"the fresh-packet loop, beside the kernel's own repetition", overhead, "ns", false, 10});
    XDPBENCH_TRY(const std::vector<Repeatability> ranges, measure_repeatability());
    const Repeatability& alone = ranges.at(0);
    const Repeatability& native = ranges.at(1);
    // A neighbour on the same core, seen by its width alone.
    const auto neighbour = [](const Repeatability& one) {
        return static_cast<double>(one.left_out) / kRoundsOfRange;
    };
    add({"range of ns/packet, 20 rounds of 1 s, icmp_lb alone", alone.at_clock, "%", false, 1,
         neighbour(alone)});
    add({"the same in native mode", native.at_clock, "%", false, 1, neighbour(native)});
    fmt::print(
        "(at the run's clock; as timed, while the CPU's own moved, {:.1f} % and {:.1f} %; {} and "
        "{} "
        "rounds left out, in which another thread had part of the core)\n",
        alone.timed, native.timed, alone.left_out, native.left_out);
    const auto count = std::count_if(demands.begin(), demands.end(),
                                     [](const Demand& demand) { return !demand.judged(); });
    if (count > 0)
        fmt::print("{} could not be judged: the machine was busy\n",
                   counted(static_cast<std::uint64_t>(count), "demand"));
    const bool missed = std::any_of(demands.begin(), demands.end(), [](const Demand& demand) {
        return demand.judged() && !demand.met();
    });
    return missed ? kMissed : count > 0 ? kNotJudged : kMet;
}

}  // namespace
}  // namespace xdpbench

int main() {
    xdpbench::catch_interrupts();
    xdpbench::bpf::set_up_libbpf(false);
    const xdpbench::Result<int> met = xdpbench::measure_all();
    if (!met) {
        fmt::print(stderr, "xdp-bench-performance: {}\n", met.error().text());
        return 2;
    }
    return *met;
}
