// What is wrong with a command line, in the same words for every command.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace CLI {
class App;
class ParseError;
}  // namespace CLI

namespace xdpbench::commands {

struct UsageError {
    std::string what;     // "there is no option --porg (did you mean --prog?)"
    std::string command;  // whose help has the options; empty: that without a command

    // The same with "see: xdp-bench COMMAND --help" on a line of its own.
    [[nodiscard]] std::string text() const;
};

// The first command or option that does not exist, option without a value, or option that is given
// twice. `arguments` are without the name of the tool. Nothing if all are right so far.
[[nodiscard]] std::optional<UsageError> find_usage_error(const CLI::App& app,
                                                         const std::vector<std::string>& arguments);

// What CLI11 has found, once it has read the arguments: what is missing, not expected or no number.
[[nodiscard]] UsageError usage_error_of(const CLI::App& app, const CLI::ParseError& error);

// An option or argument that a command needs, found out by the command itself. `needed`: what for.
[[nodiscard]] Error missing_argument(const std::string& command, const std::string& name,
                                     const std::string& needed);

}  // namespace xdpbench::commands
