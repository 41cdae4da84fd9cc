// --settle and --state: in which state a program is timed whose verdicts depend on what it has
// seen.
#pragma once

#include <string>

#include "base/result.h"
#include "run/options.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct StateArguments {
    std::string settle;          // empty: the default
    std::string state = "kept";  // or "fresh", or both
};

void add_state_options(CLI::App& app, StateArguments& arguments);

Result<void> parse_state(const StateArguments& arguments, run::RunOptions& options);

}  // namespace xdpbench::commands
