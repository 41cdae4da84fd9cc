#include "commands/state_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/number.h"
#include "commands/lists.h"
#include "commands/options.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {
namespace {

Result<bench::Settle> parse_settle(const std::string& text) {
    constexpr std::uint64_t kMost = 1'000'000;
    constexpr std::uint64_t kAnyRuns = 1'000'000'000'000;  // passes are what was asked for
    if (text.empty()) return bench::Settle{bench::kSettlePasses};
    if (text == "off") return bench::Settle{};
    const auto passes = parse_number<std::uint64_t>(text);
    if (passes && *passes > 0 && *passes <= kMost) return bench::Settle{*passes, kAnyRuns};
    return input_error(
        fmt::format("--settle {} is neither off nor a number from 1 to {}", text, kMost),
        "write how often the traffic may be repeated: --settle 1000");
}

}  // namespace

void add_state_options(CLI::App& app, StateArguments& arguments) {
    add_option(app, "--settle", arguments.settle,
               "repeat the traffic up to N times until each frame's verdict stays, then time "
               "(default: 150,000 test runs, 1,500,000 while verdicts change); off: time from "
               "the first pass on")
        .type_name("N|off")
        .group(kMeasurementGroup);
    add_option(app, "--state", arguments.state,
               "kept: time the state that the traffic leads to; fresh: restore all maps before "
               "each window, so that every flow is new; or both (default: kept)")
        .type_name("STATE,...")
        .group(kMeasurementGroup);
}

Result<void> parse_state(const StateArguments& arguments, run::RunOptions& options) {
    XDPBENCH_TRY(options.settle, parse_settle(arguments.settle));
    XDPBENCH_TRY(const std::vector<std::string> states, list_items("--state", {arguments.state}));
    for (const std::string& state : states) {
        if (state != "kept" && state != "fresh")
            return unknown_value("--state", state, "state", {"kept", "fresh"});
    }
    const auto asked = [&](const char* state) {
        return std::find(states.begin(), states.end(), state) != states.end();
    };
    options.state_kept = asked("kept");
    options.state_fresh = asked("fresh");
    return {};
}

}  // namespace xdpbench::commands
