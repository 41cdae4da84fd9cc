#include "report/state_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "report/bench_table.h"
#include "report/counts_text.h"

namespace xdpbench::report {
namespace {

double percent(std::uint64_t part, std::uint64_t all) {
    return all == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(all);
}

// "XDP_PASS 48.1 to 51.9 %, ..."
std::string variation(const model::BenchState& state) {
    std::uint64_t frames = 0;
    for (const std::uint64_t count : state.mix) frames += count;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < state.highest.size(); ++i) {
        if (state.highest[i] == 0) continue;
        parts.push_back(
            fmt::format("{} {:.1f} to {:.1f} %", model::action_name(static_cast<model::Action>(i)),
                        percent(state.lowest[i], frames), percent(state.highest[i], frames)));
    }
    return fmt::format("{}", fmt::join(parts, ", "));
}

struct NamedState {
    std::string names;
    std::string text;
};

}  // namespace

std::string state_text(const model::BenchState& state) {
    if (state.fresh)
        return fmt::format(
            "fresh: maps restored before each window{}: {}",
            state.kept.empty() ? "" : fmt::format(" (but for {})", fmt::join(state.kept, ", ")),
            tally_text(state.mix));
    if (!state.steady)
        return fmt::format("no steady state, verdicts of a frame change: {}", variation(state));
    if (state.passes == 0) return {};
    return fmt::format("steady after {} of the traffic: {} (first pass: {})",
                       counted(state.passes, "pass"), tally_text(state.mix),
                       tally_text(state.first));
}

std::string state_lines(const std::vector<model::BenchRecord>& benches,
                        const std::string& program) {
    std::vector<const model::BenchSetup*> setups;
    for (const model::BenchRecord& bench : benches) setups.push_back(&bench.setup);
    const std::vector<std::string> names = path_names(setups);
    std::vector<NamedState> states;
    for (std::size_t i = 0; i < benches.size(); ++i) {
        if (benches[i].setup.program != program) continue;
        std::string text = state_text(benches[i].state);
        if (text.empty()) continue;
        const auto same = std::find_if(states.begin(), states.end(),
                                       [&](const NamedState& other) { return other.text == text; });
        if (same != states.end()) {
            same->names += ", " + names[i];
        } else {
            states.push_back({names[i], std::move(text)});
        }
    }
    std::string lines;
    for (const NamedState& one : states)
        lines += fmt::format("  {:<8} {}: {}\n", "state", one.names, one.text);
    return lines;
}

}  // namespace xdpbench::report
