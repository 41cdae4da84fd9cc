// The command line as a whole.
#pragma once

#include <string>
#include <vector>

#include "commands/command.h"

namespace xdpbench::commands {

// Adds all commands and what they share to the application. The first one is `run`, the default.
std::vector<Command> add_commands(CLI::App& app);

// Runs the command that `arguments` (without the name of the tool) ask for and returns the exit
// code. Errors are printed on standard error.
[[nodiscard]] int command_line(std::vector<std::string> arguments);

}  // namespace xdpbench::commands
