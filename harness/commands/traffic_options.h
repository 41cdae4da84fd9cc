// --pcap, --scapy and --cut, which several commands have.
#pragma once

#include <string>

#include "base/result.h"
#include "target/target.h"

namespace CLI {
class App;
}

namespace xdpbench::commands {

// As typed.
struct TrafficArguments {
    std::string pcap;
    std::string scapy;
    std::string cut = "refuse";
};

void add_traffic_options(CLI::App& app, TrafficArguments& arguments);
Result<target::TrafficOption> parse_traffic(const TrafficArguments& arguments);

}  // namespace xdpbench::commands
