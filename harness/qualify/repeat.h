// The command that repeats one case of a qualification.
#pragma once

#include <string>
#include <string_view>

#include "qualify/context.h"

namespace xdpbench::qualify {

// For a shell. `name`: "GROUP.CASE". With every option that the case depends on.
[[nodiscard]] std::string repeat_of(const Options& options, std::string_view name);

}  // namespace xdpbench::qualify
