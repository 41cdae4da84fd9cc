// How a program is attached, and the kind of network that it is put into.
#pragma once

#include <optional>
#include <string_view>

namespace xdpbench::model {

enum class Mode { generic, native, offload };
inline constexpr int kModeCount = 3;
[[nodiscard]] std::string_view mode_name(Mode mode);
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view name);

// The network that a program is put into (net/topology.h shows them).
enum class TopologyKind { pair, chain };
inline constexpr int kTopologyKindCount = 2;
[[nodiscard]] std::string_view topology_name(TopologyKind kind);
[[nodiscard]] std::optional<TopologyKind> parse_topology(std::string_view name);

}  // namespace xdpbench::model
