// What `compare` is asked on the command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/output_options.h"
#include "commands/shape_options.h"
#include "commands/traffic_options.h"
#include "commands/typed_run.h"
#include "compare/compare.h"
#include "target/shared_state.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct CompareArguments {
    std::string base;
    std::string contender;          // empty: not given
    std::vector<std::string> more;  // results of the old side, after which comes --
    std::string function;
    std::string scenario;
    std::vector<std::string> settings;
    TrafficArguments traffic;
    ShapeArguments shape;
    PortArguments ports;
    std::vector<std::string> modes{"native"};
    std::vector<std::string> only;
    std::string max_time = "30s";
    std::string alpha = "1%";
    std::string threshold = "1%";
    std::optional<std::uint64_t> seed;
    std::vector<std::string> labels;
    OutputArguments outputs;
    target::StateOptions state;
    std::string regression;
    int verbose = 0;
};

void add_compare_options(CLI::App& app, CompareArguments& arguments);

// "1%", "0.5%" -> 0.01, 0.005. The share is above 0 and below a half.
Result<double> parse_percent(const char* option, const std::string& text);

// What the arguments mean for a comparison of two programs, except the traffic and its shapes. An
// input error names the option and what to write instead.
Result<compare::CompareOptions> parse_compare(const CompareArguments& arguments);

}  // namespace xdpbench::commands
