// What a program does with a frame.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace xdpbench::model {

// The five actions; the numbers are enum xdp_action's (linux/bpf.h).
enum class Action { aborted = 0, drop = 1, pass = 2, tx = 3, redirect = 4 };
inline constexpr int kActionCount = 5;
[[nodiscard]] std::string_view action_name(Action action);  // "XDP_DROP"
[[nodiscard]] std::optional<Action> parse_action(std::string_view name);

// Frames by what the program returned, indexed by enum xdp_action: XDP_ABORTED 0 .. XDP_REDIRECT 4.
using ActionTally = std::array<std::uint64_t, kActionCount>;

// What one CPU handled.
struct CpuTally {
    int cpu = 0;
    ActionTally actions{};
};

}  // namespace xdpbench::model
