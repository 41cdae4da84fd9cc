// A map of the kernel by its id.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

struct OpenedMap {
    UniqueFd fd;
    TypedMap map;  // without types
};
Result<OpenedMap> open_map(std::uint32_t id, const std::string& name);

Result<std::uint32_t> id_of_map(const TypedMap& map);

}  // namespace xdpbench::bpf
