#include "report/external_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/text.h"
#include "report/counts_text.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

std::string line(const char* title, const std::string& text) {
    return fmt::format("  {:<11}{}\n", title, text);
}

std::string cpu_lines(const model::ExternalRecord& external) {
    std::string lines;
    for (const model::CpuTally& cpu : external.cpus)
        lines += line(fmt::format("CPU {}", cpu.cpu).c_str(), tally_text(cpu.actions));
    return lines;
}

std::string arrivals_line(const model::ExternalRecord& external) {
    std::string text = fmt::format("{} reached the stack", thousands(external.passed));
    if (!external.setup.out.empty())
        text += fmt::format(", {} left by {}", thousands(external.forwarded), external.setup.out);
    return line("arrived", text);
}

}  // namespace

std::string counters_text(const std::map<std::string, std::uint64_t>& counters) {
    return losses_text(counters);
}

std::string cpu_shares_text(const model::ExternalRecord& external) {
    constexpr double kBusy = 0.01;
    std::vector<std::string> parts;
    for (const auto& [cpu, busy] : external.cpu_busy) {
        const auto softirq = external.cpu_softirq.find(cpu);
        if (busy < kBusy) continue;
        parts.push_back(
            fmt::format("CPU {} {:.0f} % ({:.0f} % in soft interrupts)", cpu, busy * 100,
                        softirq == external.cpu_softirq.end() ? 0.0 : softirq->second * 100));
    }
    return parts.empty() ? "all idle" : fmt::format("{}", fmt::join(parts, ", "));
}

std::string external_request(const std::string& device, double seconds) {
    return fmt::format(
        "send frames to {0} from the other device now: each measurement waits up to {1:g} s for "
        "the first one, then counts for {1:g} s (--duration)",
        device, seconds);
}

std::string external_text(const model::ExternalRecord& external) {
    const double mean =
        external.seconds > 0 ? static_cast<double>(external.handled) / external.seconds : 0;
    std::string text = fmt::format(
        "  {:<8} {} {}: frames of a generator that is not this tool's, counted for {:.1f} s\n",
        "external", external.setup.program, external.setup.name(), external.seconds);
    text += line("processed", fmt::format("{} frames, {}; lowest {}, highest {} in {}",
                                          thousands(external.handled), rate_text(mean),
                                          rate_text(stats::min(external.rates).value_or(0)),
                                          rate_text(stats::max(external.rates).value_or(0)),
                                          counted(external.rates.size(), "interval")));
    if (external.actions != model::ActionTally{})
        text += line("actions", tally_text(external.actions));
    text += cpu_lines(external) + arrivals_line(external);
    text += line("device", counters_text(external.device));
    text += line("queues", external.queues.empty() ? "the driver has no counters of queues"
                                                   : counters_text(external.queues));
    text += line("lost", losses_text(external.losses));
    text += line("busy", cpu_shares_text(external));
    return text + line("counted by", external.setup.counted_by) +
           line("meaning",
                "what was sent is not known: a loss before the port is not seen, and "
                "the rate may be the generator's");
}

}  // namespace xdpbench::report
