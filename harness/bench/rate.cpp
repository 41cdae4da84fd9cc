#include "bench/rate.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

#include "base/number.h"
#include "traffic/generator.h"

namespace xdpbench::bench {
Result<Rate> parse_rate(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, double>, 3> kUnits{
        {{"pps", 1}, {"kpps", 1e3}, {"Mpps", 1e6}}};
    const char* const advice =
        "write it as 800pps, 500kpps, 1.5Mpps, or 50% of the throughput that a search finds";
    const auto parts = parse_quantity(text);
    if (!parts) return input_error(fmt::format("--rate {} is not a rate", text), advice);
    const auto [number, unit] = *parts;
    if (unit == "%") {
        XDPBENCH_TRY(const double share, parse_share("--rate", text, 0.001));
        return Rate{0, share};
    }
    for (const auto& [name, factor] : kUnits) {
        if (unit != name) continue;
        const double pps = number * factor;
        if (pps < traffic::kLowestRate || pps > traffic::kHighestRate) {
            return input_error(fmt::format("--rate {} is not between {:.0f}pps and {:.0f}Mpps",
                                           text, traffic::kLowestRate, traffic::kHighestRate / 1e6),
                               advice);
        }
        return Rate{pps, 0};
    }
    return input_error(unit.empty() ? fmt::format("--rate {} has no unit", text)
                                    : fmt::format("--rate {}: there is no unit {}", text, unit),
                       advice);
}

Result<double> parse_share(std::string_view option, std::string_view text, double least) {
    const auto parts = parse_quantity(text);
    const bool known =
        parts && (parts->second == "%" || (parts->second.empty() && parts->first == 0));
    const double share = known ? parts->first / 100 : -1;
    if (share >= least && share <= 1) return share;
    return input_error(
        fmt::format("{} {} is not a share between {}% and 100%", option, text, least * 100),
        "write it as 0.5%");
}

}  // namespace xdpbench::bench
