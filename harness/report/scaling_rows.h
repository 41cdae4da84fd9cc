// The scaling table as rows of Google Benchmark's document. Pure.
#pragma once

#include "model/run.h"
#include "report/json_parts.h"

namespace xdpbench::report {

// A row for each number of CPUs and each pair of windows, its repetition: what the program handled
// on one device, as one iteration a packet. It has the names that Google Benchmark's own tools look
// for; `iterations` is not among them, as the frames of a window are not kept.
[[nodiscard]] Json scaling_rows(const model::ScalingRecord& scaling);

}  // namespace xdpbench::report
