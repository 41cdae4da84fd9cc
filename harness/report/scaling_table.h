// The rate by number of CPUs or queues, one row each.
#pragma once

#include "model/scaling.h"
#include "report/table.h"

namespace xdpbench::report {

[[nodiscard]] NamedTable scaling_table(const model::ScalingRecord& scaling);

}  // namespace xdpbench::report
