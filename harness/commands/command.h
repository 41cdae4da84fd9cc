// The commands of the command line, one file each.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/outcome.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

using enum model::ExitCode;

// What a command gets in addition to its own options.
struct Invocation {
    std::string typed;                   // the whole command line
    std::vector<std::string> passed_on;  // the arguments after --
};

// A command and its options, which CLI11 fills in. `run` is called after the parsing; it returns
// the exit code of the process.
struct Command {
    CLI::App* app = nullptr;
    std::function<Result<int>(const Invocation&)> run;
    bool passes_on = false;  // it has a use for arguments after --
};

// Each function adds its command to the application. `run` is the default: its options are also
// those of the application itself.
Command add_run(CLI::App& application);
Command add_compare(CLI::App& application);
Command add_history(CLI::App& application);
Command add_record(CLI::App& application);
Command add_report(CLI::App& application);
Command add_list(CLI::App& application);
Command add_doctor(CLI::App& application);
Command add_attach(CLI::App& application);
Command add_map(CLI::App& application);
Command add_qualify(CLI::App& application);
Command add_generate(CLI::App& application);
Command add_restore(CLI::App& application);

}  // namespace xdpbench::commands
