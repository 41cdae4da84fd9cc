// Errors about names that do not exist: commands, options and the values of options.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// "there is no command comapre (did you mean compare?)", or the same of an option: about the first
// unknown word. Returns nothing if there is none, or no known name is near it.
[[nodiscard]] std::optional<std::string> suggestion(const CLI::App& app,
                                                    const std::vector<std::string>& arguments);

// "--mode nativ: there is no such mode (did you mean native?)", with all choices as the advice.
[[nodiscard]] Error unknown_value(const std::string& option, const std::string& typed,
                                  const std::string& noun, const std::vector<std::string>& choices);

}  // namespace xdpbench::commands
