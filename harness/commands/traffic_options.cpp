#include "commands/traffic_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

namespace xdpbench::commands {

void add_traffic_options(CLI::App& app, TrafficArguments& arguments) {
    app.add_option("--pcap", arguments.pcap,
                   "the traffic: verdicts are counted, nothing is judged by a scenario")
        ->type_name("FILE");
    app.add_option("--scapy", arguments.scapy,
                   "the traffic, made by Scapy: an expression, or a file of Python that defines "
                   "`frames`; run without privileges and network")
        ->type_name("EXPRESSION|FILE.py");
    app.add_option("--cut", arguments.cut,
                   "frames that the capture cut short: refuse (default), or pad with zeros")
        ->type_name("refuse|pad");
}

Result<target::TrafficOption> parse_traffic(const TrafficArguments& arguments) {
    if (!arguments.pcap.empty() && !arguments.scapy.empty())
        return input_error("--pcap and --scapy both name the traffic", "choose one of them");
    if (arguments.cut != "refuse" && arguments.cut != "pad")
        return input_error(fmt::format("--cut {}: there is no such choice", arguments.cut),
                           "choose refuse or pad");
    const packet::CutFrames cut =
        arguments.cut == "pad" ? packet::CutFrames::pad : packet::CutFrames::refuse;
    if (cut == packet::CutFrames::pad && arguments.pcap.empty())
        return input_error("--cut pad without a capture", "name it with --pcap");
    return target::TrafficOption{arguments.pcap, arguments.scapy, cut};
}

}  // namespace xdpbench::commands
