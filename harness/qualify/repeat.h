// Commands that a qualification prints.
#pragma once

#include <string>
#include <string_view>

#include "qualify/context.h"

namespace xdpbench::qualify {

// For a shell. `name`: "GROUP.CASE". With every option that the case depends on.
[[nodiscard]] std::string repeat_of(const Options& options, std::string_view name);

// What measures the rates of these ports in place of the group speed.
[[nodiscard]] std::string rates_command_of(const Options& options);

}  // namespace xdpbench::qualify
