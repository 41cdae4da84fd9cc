// What somebody may have meant who mistyped the command line.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace xdpbench::commands {

// "there is no command comapre; did you mean compare?", or the same of an option: of the first word
// that is unknown. Nothing if there is none, or nothing like it. For arguments that were refused.
[[nodiscard]] std::optional<std::string> suggestion(const CLI::App& app,
                                                    const std::vector<std::string>& arguments);

}  // namespace xdpbench::commands
