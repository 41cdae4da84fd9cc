// Maps that live in a device, used from user space; and what the simulated device reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// The index of the interface that a map is bound to; 0: to none.
Result<std::uint32_t> device_of_map(const TypedMap& map);

// "backends (array, 2 entries, id 17)".
[[nodiscard]] std::string map_text(const TypedMap& map);

// Writes an entry of an array or hash map, reads it back, and puts back what was there (deletes it,
// if it was not). An error if something else is read than was written; else what was done.
Result<std::string> exercise_map(const TypedMap& map);

// The id of the program that the netdevsim device of this name says it has, if it is `expected`,
// else 0; nothing if it is no netdevsim or debugfs is not mounted.
[[nodiscard]] std::optional<std::uint32_t> netdevsim_program(const std::string& device,
                                                             std::uint32_t expected);

}  // namespace xdpbench::bpf
