#include "model/mode.h"

#include <array>

#include "base/enum_names.h"

namespace xdpbench::model {
namespace {

constexpr std::array<std::string_view, kModeCount> kModes{"generic", "native", "offload"};

constexpr std::array<std::string_view, kNetworkKindCount> kNetworks{"pair", "chain", "lan",
                                                                    "ports"};

}  // namespace

std::string_view mode_name(Mode mode) { return kModes.at(static_cast<std::size_t>(mode)); }

std::optional<Mode> parse_mode(std::string_view name) { return find_name<Mode>(kModes, name); }

std::string_view attach_name(std::optional<Mode> mode) {
    return mode ? mode_name(*mode) : "test_run";
}

std::string_view network_name(NetworkKind kind) {
    return kNetworks.at(static_cast<std::size_t>(kind));
}

std::optional<NetworkKind> parse_network(std::string_view name) {
    return find_name<NetworkKind>(kNetworks, name);
}

}  // namespace xdpbench::model
