#include "stats/evidence.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

namespace xdpbench::stats {
namespace {

double percent(double part, double all) { return all > 0 ? 100 * part / all : 0; }

double percent(std::size_t part, std::size_t all) {
    return percent(static_cast<double>(part), static_cast<double>(all));
}

std::string on_cpu(const Suspects& suspects) {
    return suspects.cpu < 0 ? "" : fmt::format(" on CPU {}", suspects.cpu);
}

// ": <detail>", or nothing.
std::string with(std::string_view detail) {
    return detail.empty() ? "" : fmt::format(": {}", detail);
}

// The reason in words, with what it took.
std::string describe(Disturbance reason, const WindowEvidence& total, const Suspects& suspects) {
    const auto share = [&](double seconds) { return percent(seconds, total.wall_seconds); };
    switch (reason) {
        case Disturbance::throttled:
            return fmt::format("throttled for {:.0f} % of the time{}",
                               share(total.throttled_seconds), with(suspects.quota));
        case Disturbance::preempted:
            return fmt::format("other threads ran{} for {:.0f} % of the time{}", on_cpu(suspects),
                               share(total.waited_seconds), with(suspects.process));
        case Disturbance::stolen:
            return fmt::format(
                "steal {:.0f} %{}",
                share(std::max(total.stolen_seconds, total.wall_seconds - total.cpu_seconds)),
                on_cpu(suspects));
        case Disturbance::slept:
            return fmt::format("the thread waited for the kernel for {:.0f} % of the time",
                               100 * total.lost_share());
        case Disturbance::core_shared:
            return fmt::format("another thread shared the core of CPU {}", suspects.cpu);
        case Disturbance::stopped:
            return "the process was stopped";
        case Disturbance::none:
            break;
    }
    return {};
}

}  // namespace

double WindowEvidence::lost_share() const {
    return wall_seconds > 0 ? std::max(0.0, wall_seconds - cpu_seconds) / wall_seconds : 0;
}

WindowEvidence& WindowEvidence::operator+=(const WindowEvidence& other) {
    wall_seconds += other.wall_seconds;
    cpu_seconds += other.cpu_seconds;
    waited_seconds += other.waited_seconds;
    throttled_seconds += other.throttled_seconds;
    stolen_seconds += other.stolen_seconds;
    interrupt_seconds += other.interrupt_seconds;
    preemptions += other.preemptions;
    sleeps += other.sleeps;
    return *this;
}

std::string_view name(Disturbance disturbance) {
    switch (disturbance) {
        case Disturbance::none:
            return "";
        case Disturbance::throttled:
            return "throttled";
        case Disturbance::preempted:
            return "preempted";
        case Disturbance::slept:
            return "slept";
        case Disturbance::stolen:
            return "stolen";
        case Disturbance::core_shared:
            return "core shared";
        case Disturbance::stopped:
            return "stopped";
    }
    return "?";
}

Disturbance judge(const WindowEvidence& window, const EvidenceLimits& limits) {
    if (window.lost_share() <= limits.lost_share) return Disturbance::none;
    // Whoever is throttled is switched away from, too: the special reason first.
    if (window.throttled_seconds > 0) return Disturbance::throttled;
    if (window.preemptions > 0) return Disturbance::preempted;
    if (window.sleeps > 0) return Disturbance::slept;
    // The thread stayed on its CPU and did not have it: the CPU itself did not run.
    return Disturbance::stolen;
}

void WindowTally::add(const WindowEvidence& window, Disturbance disturbance) {
    ++windows_;
    ++counts_.at(static_cast<std::size_t>(disturbance));
    total_ += window;
}

std::string WindowTally::text() const {
    if (excluded() == 0) return {};
    std::vector<std::string> parts;
    for (const Disturbance reason : kReasons) {
        if (count(reason) > 0)
            parts.push_back(
                fmt::format("{:.1f} % {}", percent(count(reason), windows_), name(reason)));
    }
    return fmt::format("{:.1f} % of windows excluded: {}", percent(excluded(), windows_),
                       fmt::join(parts, ", "));
}

std::optional<std::string> why_too_few(const WindowTally& tally, const Suspects& suspects,
                                       const EvidenceLimits& limits) {
    if (tally.clean() >= limits.fewest_windows) return std::nullopt;
    std::string text = fmt::format("only {} of {} windows count, {} are needed", tally.clean(),
                                   tally.windows(), limits.fewest_windows);
    const auto fewer = [&](Disturbance a, Disturbance b) {
        return tally.count(a) < tally.count(b);
    };
    const Disturbance most = *std::max_element(kReasons.begin(), kReasons.end(), fewer);
    if (tally.count(most) == 0) return text;
    return text + with(describe(most, tally.total(), suspects));
}

}  // namespace xdpbench::stats
