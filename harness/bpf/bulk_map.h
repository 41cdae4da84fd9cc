// Many entries of a map at once: ranges and files, written in batches.
#pragma once

#include "base/result.h"
#include "bpf/typed_map.h"
#include "scenario/scenario.h"

namespace xdpbench::bpf {

// Whether the entries fit the map's types: the whole of a range, of a file its size, or its head.
Result<void> require_bulk(const TypedMap& map, const scenario::BulkContent& bulk);

// Writes them; of a per-CPU map each CPU gets the value. Memory for one batch is taken, however
// many there are. A binary file has key and value after each other for each entry, as they are in
// memory. The first line of a CSV file names the columns: key or key.MEMBER, value or value.MEMBER.
// An interruption (SIGINT, SIGTERM) ends it with interrupted_error().
Result<void> write_bulk(const TypedMap& map, const scenario::BulkContent& bulk);

}  // namespace xdpbench::bpf
