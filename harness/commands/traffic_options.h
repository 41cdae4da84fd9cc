// --pcap, --scapy and --cut, which several commands have.
#pragma once

#include <string>

#include "base/result.h"
#include "engine/subject.h"

namespace CLI {
class App;
}

namespace xdpbench {

// As typed.
struct TrafficArguments {
    std::string pcap;
    std::string scapy;
    std::string cut = "refuse";
};

void add_traffic_options(CLI::App& app, TrafficArguments& arguments);
Result<TrafficOption> parse_traffic(const TrafficArguments& arguments);

}  // namespace xdpbench
