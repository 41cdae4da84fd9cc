// Queues and stacks: maps whose values have no keys.
#pragma once

#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

[[nodiscard]] bool is_queue(const TypedMap& map);

// All values, in the order in which a program would take them out. That is how they are read: they
// are put back as they were, so nobody else may use the map meanwhile.
Result<std::vector<MapBytes>> read_queue(const TypedMap& map);

}  // namespace xdpbench::bpf
