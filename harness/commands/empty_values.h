// An empty value is a usage error for every option of every command.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace xdpbench::commands {

// `--dev "$PORT"` with PORT unset must not mean "no --dev". Call it when all options exist.
void reject_empty_values(CLI::App& app);

// The same for "--dev=". CLI11 would take the next word as the value of the option. Returns the
// error of the first such word of `arguments`.
[[nodiscard]] std::optional<std::string> empty_assignment(
    const std::vector<std::string>& arguments);

}  // namespace xdpbench::commands
