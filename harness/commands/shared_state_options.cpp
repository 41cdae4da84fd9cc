#include "commands/shared_state_options.h"

#include "commands/options.h"

namespace xdpbench::commands {

void add_shared_state_options(CLI::App& app, target::StateOptions& options) {
    add_flag(app, "--allow-state-changes", options.allow,
             "run a loaded program that changes maps which others use; let --set and scenarios "
             "write to them")
        .group(kProgramGroup);
    add_flag(app, "--restore-state", options.restore,
             "read the maps of a loaded program at the start, begin each check with that, and "
             "put it back at the end; changes that others make meanwhile are lost")
        .group(kProgramGroup);
}

}  // namespace xdpbench::commands
