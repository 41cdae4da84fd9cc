// An empty value is a usage error for every option of every command.
#pragma once

namespace CLI {
class App;
}

namespace xdpbench::commands {

// What is said of one.
inline constexpr const char* kEmptyValue = "the value is empty; give one, or leave the option out";

// `--dev "$PORT"` with PORT unset must not mean "no --dev". Call it when all options exist.
void reject_empty_values(CLI::App& app);

}  // namespace xdpbench::commands
