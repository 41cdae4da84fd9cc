// Errors about values of options that do not exist.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::commands {

// "--mode nativ: there is no such mode (did you mean native?)", with all choices as the advice.
[[nodiscard]] Error unknown_value(const std::string& option, const std::string& typed,
                                  const std::string& noun, const std::vector<std::string>& choices);

}  // namespace xdpbench::commands
