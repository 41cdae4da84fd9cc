// What a case's program counted, for people.
#pragma once

#include <string>

#include "qualify/program.h"

namespace xdpbench::qualify {

// "the program counted 32 XDP_DROP"
[[nodiscard]] std::string counts_text(const ProgramCounts& counts);

}  // namespace xdpbench::qualify
