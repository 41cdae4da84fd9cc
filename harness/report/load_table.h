// Offered rates, searches and latencies of a run, one row each.
#pragma once

#include <string>
#include <vector>

#include "model/load.h"

namespace xdpbench::report {

// A table for each kind of load that the run has, separated by empty lines; empty without any.
[[nodiscard]] std::string load_tables(const std::vector<model::LoadRecord>& loads);

}  // namespace xdpbench::report
