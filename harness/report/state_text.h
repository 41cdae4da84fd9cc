// In which state a program was timed, for a person.
#pragma once

#include <string>
#include <vector>

#include "model/bench.h"

namespace xdpbench::report {

// "steady after 2 passes of the traffic: 1,000 XDP_DROP (first pass: 101 XDP_PASS, 899 XDP_DROP)";
// empty where verdicts stay from the first pass on.
[[nodiscard]] std::string state_text(const model::BenchState& state);

// Lines of a report, one for each bench of `program` whose state is worth one, named as in the
// table; benches of the same state share a line.
[[nodiscard]] std::string state_lines(const std::vector<model::BenchRecord>& benches,
                                      const std::string& program);

}  // namespace xdpbench::report
