// What `run` is asked about real ports: --dev, --peer, --out, --queues, --traffic external.
#pragma once

#include "base/result.h"
#include "commands/typed_run.h"
#include "run/options.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

void add_port_options(CLI::App& app, RunArguments& arguments);

// With --dev: looks at the ports, and refuses what does not go with them. Without it: refuses what
// needs a port.
Result<void> add_ports(const RunArguments& arguments, run::RunOptions& options);

}  // namespace xdpbench::commands
