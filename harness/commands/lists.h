// Options whose value is a list: --mode generic,native.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::commands {

// The items of all values of an option. An empty item is an input error that names the option.
Result<std::vector<std::string>> list_items(const std::string& option,
                                            const std::vector<std::string>& values);

}  // namespace xdpbench::commands
