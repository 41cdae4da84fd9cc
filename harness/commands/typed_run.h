// What `run` is asked on the command line, as typed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/output_options.h"
#include "commands/remote_side.h"
#include "commands/shape_options.h"
#include "commands/state_options.h"
#include "commands/traffic_options.h"
#include "target/shared_state.h"

namespace xdpbench::commands {

// Real ports, as typed.
struct PortArguments {
    std::string device;
    std::string peer;
    std::string out;
    std::string out_peer;
    RemoteArguments remote;
    bool take_over = false;
    bool prepare = false;
};

// As typed.
struct RunArguments : PortArguments {
    std::vector<std::string> programs;
    std::vector<std::string> scenarios;
    std::vector<std::string> modes{"native"};
    std::vector<std::string> only;
    TrafficArguments traffic;
    ShapeArguments shape;
    std::vector<std::string> settings;
    std::string cpus;
    std::string duration;       // empty: as long as necessary
    std::optional<int> rounds;  // none: the same
    std::string precision = "0.5%";
    std::string budget = "10s";
    StateArguments state;
    std::vector<std::string> rates;
    std::vector<std::string> losses;
    std::string exceed;  // empty: the default of SearchGoals
    std::string width;
    std::vector<std::string> labels;
    OutputArguments outputs;
    std::vector<std::string> queues;
    std::string traffic_source;  // "external": others send
    bool keep = false;
    bool pin_maps = false;
    std::string xsk_mode = "auto";
    target::StateOptions shared_state;
    int verbose = 0;  // how often -v was given
};

}  // namespace xdpbench::commands
