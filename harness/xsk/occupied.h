// Whether an entry of an XSKMAP has a socket.
#pragma once

#include <cstdint>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::xsk {

// The kernel answers this to BPF programs only, so one is loaded and test-run.
Result<bool> is_occupied(const bpf::TypedMap& map, std::uint32_t key);

}  // namespace xdpbench::xsk
