// Entries of maps as text for a person.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::target {

// "flows[1]": the entry's place, as it is written on the command line.
[[nodiscard]] std::string place_text(const bpf::TypedMap& map, const bpf::MapBytes& key);

// The value in `memory`, which was read of an entry (bpf::read_memory()). Of a per-CPU map what
// each CPU has: "2 on each of 2 CPUs", or "5 in sum: CPU 0: 2, CPU 1: 3", without the CPUs that
// have zeros.
[[nodiscard]] std::string value_text(const bpf::TypedMap& map, ByteView memory);

// All entries of the map, a line each; of an array not those of zeros, and of a large map the first
// thousand. What is left out is counted.
Result<std::string> entries_text(const bpf::TypedMap& map);

}  // namespace xdpbench::target
