// The network namespaces of this machine that have a name.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace xdpbench::net {

inline constexpr const char* kNamedNamespaces = "/run/netns";  // as ip netns keeps them

// The path in `folder` of the namespace with this id, "net:[4026531840]". Nothing if none has it
// there: the namespaces of containers and of processes have no name, and to look into the
// processes of others takes a capability that the tool gives up.
[[nodiscard]] std::optional<std::filesystem::path> find_named(
    const std::string& id, const std::filesystem::path& folder = kNamedNamespaces);

}  // namespace xdpbench::net
