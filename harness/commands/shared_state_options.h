// --allow-state-changes and --restore-state, which several commands have.
#pragma once

#include "target/shared_state.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

void add_shared_state_options(CLI::App& app, target::StateOptions& options);

}  // namespace xdpbench::commands
