// What `run` is asked on the command line.
#pragma once

#include "base/result.h"
#include "commands/typed_run.h"
#include "run/run.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

void add_run_options(CLI::App& app, RunArguments& arguments);

// What the arguments mean. Reads CPUs and interfaces of this machine, but no program and no
// scenario yet. An input error names the option and what to write instead.
Result<run::RunOptions> parse_run(const RunArguments& arguments);

}  // namespace xdpbench::commands
