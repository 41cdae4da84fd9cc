// Offered rates, searches and latencies of a run, one row each.
#pragma once

#include <string>
#include <vector>

#include "model/load.h"
#include "report/table.h"

namespace xdpbench::report {

// A table for each kind of load that the run has, separated by empty lines; empty without any.
[[nodiscard]] std::string load_tables(const std::vector<model::LoadRecord>& loads);
// The same tables for other formats, without their notes.
[[nodiscard]] std::vector<NamedTable> load_table_list(const std::vector<model::LoadRecord>& loads);

}  // namespace xdpbench::report
