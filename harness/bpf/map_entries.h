// All entries of a map, read in batches: a map may have millions.
#pragma once

#include <functional>

#include "base/bytes.h"
#include "base/result.h"
#include "bpf/typed_map.h"

namespace xdpbench::bpf {

// Gets the memory of a key and of its value; of a per-CPU map, of the values of all CPUs, one after
// the other, each rounded up to 8 bytes (see value_of_cpu()). An error ends the reading.
using VisitEntry = std::function<Result<void>(ByteView key, ByteView value)>;

// Visits every entry. In a map that changes meanwhile some may be missing or come twice. An
// interruption (SIGINT, SIGTERM) ends it with interrupted_error(). Of a map of a kind that has no
// batches, or on a kernel without them, entries are read one by one.
Result<void> for_each_entry(const TypedMap& map, const VisitEntry& visit);

}  // namespace xdpbench::bpf
