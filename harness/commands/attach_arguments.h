// What `attach` is asked on the command line.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "live/options.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct AttachArguments {
    std::string program;
    std::string interface;
    std::string mode = "native";
    std::vector<std::string> settings;
    std::string interval = "2s";
    std::string duration;
    bool replace = false;
    target::StateOptions state;
    bool json = false;
    int verbose = 0;
};

void add_attach_options(CLI::App& app, AttachArguments& arguments);

// What the arguments mean. An input error names the option and what to write instead.
Result<live::AttachOptions> parse_attach(const AttachArguments& arguments);

}  // namespace xdpbench::commands
