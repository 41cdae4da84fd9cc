// The command that repeats a case of a run.
#pragma once

#include <string>
#include <string_view>

#include "run/options.h"
#include "target/target.h"

namespace xdpbench::run {

// For a shell. `what`: the case, as options ("--only check"). With every option that its outcome
// depends on: program, traffic and values that were set.
[[nodiscard]] std::string repeat_of(const target::Target& target, const RunOptions& options,
                                    std::string_view what);

// The same of a case that runs over real ports, if the run has some.
[[nodiscard]] std::string repeat_over_ports(const target::Target& target, const RunOptions& options,
                                            std::string_view what);

}  // namespace xdpbench::run
