// Completion of the command line by a shell, made of the options that there are.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace xdpbench::commands {

// The script of each shell. They find the names of programs and interfaces where they are used.
[[nodiscard]] std::string bash_completion(const CLI::App& application);
[[nodiscard]] std::string zsh_completion(const CLI::App& application);

}  // namespace xdpbench::commands
