// Maps of interfaces that a loaded program redirects into. An entry holds the interface itself,
// whatever namespace it is in: so frames leave by it from every namespace.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// A DEVMAP, a DEVMAP_HASH, or a map of such maps.
struct DeviceMap {
    std::uint32_t id = 0;
    std::string name;
};

struct DeviceEntry {
    std::uint32_t map = 0;        // id
    std::string name;             // of the map
    std::uint32_t key = 0;        // in these maps keys are numbers
    std::uint32_t interface = 0;  // its index in the namespace that it is in, whichever that is
};

// What these maps hold now, and those inside them.
Result<std::vector<DeviceEntry>> read_device_entries(const std::vector<DeviceMap>& maps);

[[nodiscard]] bool is_device_map(std::uint32_t kind);
[[nodiscard]] bool is_map_of_maps(std::uint32_t kind);

// The ids of the maps in a map of maps.
Result<std::vector<std::uint32_t>> maps_inside(const TypedMap& outer);

}  // namespace xdpbench::bpf
