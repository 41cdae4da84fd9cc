#include "model/lan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::model {

std::string sequence_text(const std::vector<std::uint64_t>& numbers) {
    constexpr std::size_t kShown = 12;
    if (numbers.empty()) return "none";
    if (numbers.size() <= kShown) return fmt::format("{}", fmt::join(numbers, ", "));
    return fmt::format("{} ... ({})", fmt::join(numbers.begin(), numbers.begin() + kShown, ", "),
                       numbers.size());
}

std::string lan_text(const LanStepRecord& step) {
    if (step.sent == 0) return step.step;
    std::vector<std::string> hosts;
    for (const auto& [host, numbers] : step.answered_by)
        hosts.push_back(fmt::format("{}: {}", host, sequence_text(numbers)));
    return fmt::format("{}: {} answered{}", step.step, thousands(step.answered),
                       hosts.empty() ? "" : fmt::format(" ({})", fmt::join(hosts, "; ")));
}

}  // namespace xdpbench::model
