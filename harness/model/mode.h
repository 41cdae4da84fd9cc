// How a program is attached, and the kind of network that it is put into.
#pragma once

#include <optional>
#include <string_view>

namespace xdpbench::model {

enum class Mode { generic, native, offload };
inline constexpr int kModeCount = 3;
[[nodiscard]] std::string_view mode_name(Mode mode);
[[nodiscard]] std::optional<Mode> parse_mode(std::string_view name);
// Of a measurement: "test_run" for a program that is attached nowhere.
[[nodiscard]] std::string_view attach_name(std::optional<Mode> mode);

// The network that a program is put into (net/network.h shows them). A scenario asks for a pair or
// a chain; its key `lan` and the options --dev and --peer make the others.
enum class NetworkKind { pair, chain, lan, ports };
inline constexpr int kNetworkKindCount = 4;
[[nodiscard]] std::string_view network_name(NetworkKind kind);
[[nodiscard]] std::optional<NetworkKind> parse_network(std::string_view name);

}  // namespace xdpbench::model
