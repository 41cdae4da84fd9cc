#include "commands/traffic_options.h"

#include "commands/options.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {

void add_traffic_options(CLI::App& app, TrafficArguments& arguments) {
    add_option(app, "--pcap", arguments.pcap,
               "traffic from a capture; verdicts are counted, nothing is judged")
        .type_name("FILE")
        .group(kTrafficGroup);
    add_option(app, "--scapy", arguments.scapy,
               "traffic from Scapy: an expression, or a Python file that defines `frames`; "
               "it runs without privileges and network")
        .type_name("EXPRESSION|FILE.py")
        .group(kTrafficGroup);
    add_option(app, "--cut", arguments.cut,
               "frames that the capture cut short: refuse (default), or pad with zeros")
        .type_name("refuse|pad")
        .group(kTrafficGroup);
}

Result<target::TrafficOption> parse_traffic(const TrafficArguments& arguments) {
    if (!arguments.pcap.empty() && !arguments.scapy.empty())
        return input_error("--pcap and --scapy both name the traffic", "choose one of them");
    if (arguments.cut != "refuse" && arguments.cut != "pad")
        return unknown_value("--cut", arguments.cut, "choice", {"refuse", "pad"});
    const packet::CutFrames cut =
        arguments.cut == "pad" ? packet::CutFrames::pad : packet::CutFrames::refuse;
    if (cut == packet::CutFrames::pad && arguments.pcap.empty())
        return input_error("--cut pad without a capture", "name it with --pcap");
    return target::TrafficOption{arguments.pcap, arguments.scapy, cut};
}

}  // namespace xdpbench::commands
