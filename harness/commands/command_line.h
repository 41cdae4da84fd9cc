// The command line as a whole: which command is meant, and what became of it.
#pragma once

#include <string>
#include <vector>

namespace xdpbench::commands {

// Carries out what was typed, without the name of the tool; returns the exit code. Says on standard
// error what went wrong.
[[nodiscard]] int command_line(std::vector<std::string> arguments);

}  // namespace xdpbench::commands
