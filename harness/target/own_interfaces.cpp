#include "target/own_interfaces.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <net/if.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "bpf/device_maps.h"
#include "bpf/opened_map.h"
#include "bpf/typed_map.h"

namespace xdpbench::target {
namespace {

// Map and key.
using Places = std::set<std::pair<std::uint32_t, std::uint32_t>>;

Result<Places> places_of(const bpf::Program& program,
                         const std::vector<scenario::MapContent>& written) {
    Places places;
    for (const scenario::MapContent& content : written) {
        const std::optional<bpf::TypedMap> map = program.find_map(content.map);
        if (!map || !bpf::is_device_map(map->kind)) continue;
        XDPBENCH_TRY(const std::uint32_t id, bpf::id_of_map(*map));
        for (const scenario::MapEntry& entry : content.entries) {
            XDPBENCH_TRY(const bpf::MapBytes key, bpf::encode(map->key, entry.key));
            std::uint32_t number = 0;
            std::memcpy(&number, key.data(), std::min(key.size(), sizeof(number)));
            places.emplace(id, number);
        }
    }
    return places;
}

// The index says nothing of the namespace.
std::string interface_text(std::uint32_t index) {
    std::array<char, IF_NAMESIZE> name{};
    if (::if_indextoname(index, name.data()) == nullptr)
        return fmt::format("interface {} of another namespace", index);
    return fmt::format("{} (interface {}; or the one with that number in another namespace)",
                       name.data(), index);
}

}  // namespace

Result<void> require_own_interfaces(const bpf::ExistingProgram& existing,
                                    const bpf::Program& program,
                                    const std::vector<scenario::MapContent>& written) {
    XDPBENCH_TRY(const std::vector<bpf::DeviceEntry> entries,
                 bpf::read_device_entries(existing.state().device_maps));
    if (entries.empty()) return {};
    XDPBENCH_TRY(const Places own, places_of(program, written));
    constexpr std::size_t kShown = 8;
    std::vector<std::string> lines;
    for (const bpf::DeviceEntry& entry : entries) {
        if (own.contains({entry.map, entry.key})) continue;
        if (lines.size() == kShown) {
            lines.emplace_back("...");
            break;
        }
        lines.push_back(
            fmt::format("{}[{}]: {}", entry.name, entry.key, interface_text(entry.interface)));
    }
    if (lines.empty()) return {};
    return unavailable_error(
        fmt::format("nothing is sent through {}: frames would leave by interfaces that are not the "
                    "tool's:\n    {}",
                    existing.origin(), fmt::join(lines, "\n    ")),
        {},
        "test runs send nothing: --only check; or give its object file, whose maps are the tool's "
        "own");
}

}  // namespace xdpbench::target
