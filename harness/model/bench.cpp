#include "model/bench.h"

#include <algorithm>

#include "stats/summary.h"

namespace xdpbench::model {
namespace {

// A round needs at least so many windows without CPU contention, and this share of all windows.
// If most windows have contention, the others had it between the readings.
constexpr std::size_t kFewestWindows = 5;
constexpr std::size_t kFewestOf = 4;  // one in so many

// Windows without a clock have none.
std::vector<double> in_cycles(const std::vector<double>& window_ns,
                              const std::vector<double>& cycle_ns) {
    std::vector<double> cycles;
    for (std::size_t i = 0; i < window_ns.size() && i < cycle_ns.size(); ++i)
        cycles.push_back(window_ns[i] / cycle_ns[i]);
    return cycles;
}

// Of one number of each window those that the round's figures are of.
std::vector<double> judged(const BenchRound& round, const std::vector<double>& windows) {
    if (round.excluded_windows() == 0 || round.disturbed()) return windows;
    std::vector<double> own;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        if (!round.excluded(i)) own.push_back(windows[i]);
    }
    return own;
}

}  // namespace

double ns_each(double seconds, std::uint64_t packets) {
    return packets == 0 ? 0.0 : seconds * 1e9 / static_cast<double>(packets);
}

double BenchRound::ns_per_packet() const {
    return clock_cycle_ns > 0 ? cycles_per_packet() * clock_cycle_ns : timed_ns_per_packet();
}

double BenchRound::baseline_ns() const {
    return clock_cycle_ns > 0 ? baseline_cycles() * clock_cycle_ns
                              : stats::median(judged(*this, baseline_window_ns)).value_or(0);
}

double BenchRound::timed_ns_per_packet() const {
    return stats::median(judged(*this, window_ns)).value_or(0);
}

double BenchRound::cycles_per_packet() const {
    return stats::median(judged(*this, in_cycles(window_ns, cycle_ns))).value_or(0);
}

double BenchRound::baseline_cycles() const {
    return stats::median(judged(*this, in_cycles(baseline_window_ns, cycle_ns))).value_or(0);
}

std::size_t BenchRound::shared_windows() const {
    return static_cast<std::size_t>(std::count(shared.begin(), shared.end(), true));
}

stats::Disturbance BenchRound::reason(std::size_t pair) const {
    const bool watched = pair < disturbance.size();
    if (watched && disturbance[pair] != stats::Disturbance::none) return disturbance[pair];
    return pair < shared.size() && shared[pair] ? stats::Disturbance::core_shared
                                                : stats::Disturbance::none;
}

std::size_t BenchRound::excluded_windows() const {
    std::size_t windows = 0;
    for (std::size_t pair = 0; pair < window_ns.size(); ++pair) windows += excluded(pair) ? 1 : 0;
    return windows;
}

bool BenchRound::disturbed() const {
    const std::size_t excluded = excluded_windows();
    const std::size_t own = window_ns.size() - excluded;
    return excluded > 0 && (own < kFewestWindows || own * kFewestOf < window_ns.size());
}

double own_core_ipc(const std::vector<double>& core_ipc) {
    // Not the highest: a reading that was interrupted says anything.
    constexpr double kUpperEnd = 0.9;
    return stats::quantile(core_ipc, kUpperEnd).value_or(0);
}

double own_core_ipc(const std::vector<BenchRound>& rounds) {
    std::vector<double> all;
    for (const BenchRound& round : rounds)
        all.insert(all.end(), round.core_ipc.begin(), round.core_ipc.end());
    return own_core_ipc(all);
}

void find_shared_windows(std::vector<BenchRound>& rounds, double own_ipc) {
    const double fewest = own_ipc * kOwnCore;
    for (BenchRound& round : rounds) {
        round.shared.clear();
        for (const double ipc : round.core_ipc) round.shared.push_back(ipc < fewest);
    }
}

double BenchRound::gigahertz() const {
    const double cycle = stats::median(cycle_ns).value_or(0);
    return cycle > 0 ? 1 / cycle : 0;
}

double BenchRound::rate(std::uint64_t frames) const {
    return seconds <= 0 ? 0.0 : static_cast<double>(frames) / seconds;
}

double BenchRound::baseline_rate() const {
    return baseline_seconds <= 0 ? 0.0 : static_cast<double>(baseline_packets) / baseline_seconds;
}

double BenchRecord::shared_share() const {
    std::size_t all = 0;
    std::size_t shared = 0;
    for (const BenchRound& round : rounds) {
        all += round.shared.size();
        shared += round.shared_windows();
    }
    return all == 0 ? 0 : static_cast<double>(shared) / static_cast<double>(all);
}

std::size_t BenchRecord::disturbed_rounds() const {
    return static_cast<std::size_t>(std::count_if(
        rounds.begin(), rounds.end(), [](const BenchRound& round) { return round.disturbed(); }));
}

ActionTally per_second(const BenchRecord& bench, const CpuTally& cpu) {
    ActionTally rates{};
    for (std::size_t i = 0; i < rates.size() && bench.seconds > 0; ++i)
        rates[i] = static_cast<std::uint64_t>(static_cast<double>(cpu.actions[i]) / bench.seconds);
    return rates;
}

}  // namespace xdpbench::model
