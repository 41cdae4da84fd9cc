#include "net/port_queues.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/rings.h"
#include "remote/session.h"

namespace xdpbench::net {

std::uint32_t receive_queues(const NetNs& netns, const std::string& port) {
    const auto channels = query_channels(netns, port);
    return channels ? std::max(1U, channels->rx + channels->combined) : 1U;
}

Result<std::uint32_t> most_queues(const NetNs& netns, const std::string& port) {
    const auto channels = query_channels(netns, port);
    if (!channels)
        return unavailable_error(
            fmt::format("the number of queues of {} cannot be set: its driver reports no channels",
                        port),
            {}, fmt::format("see: ethtool -l {}", port));
    if (channels->most_combined > 0) return channels->most_combined;
    return std::max(1U, std::min(channels->most_rx, channels->most_tx));
}

std::vector<std::string> ports_with_queues(const InterfaceInfo& device, const Ports& ends) {
    std::vector<std::string> ports{device.name};
    if (device.driver == "veth" && !ends.remote && !ends.peer.empty()) ports.push_back(ends.peer);
    return ports;
}

Result<void> set_queues(const NetNs& netns, const std::vector<std::string>& ports,
                        std::uint32_t count) {
    for (const std::string& port : ports) {
        const auto channels = query_channels(netns, port);
        const bool combined = !channels || channels->most_combined > 0;
        XDPBENCH_CHECK(combined ? set_combined_channels(netns, port, count)
                                : set_separate_channels(netns, port, count, count));
    }
    return {};
}

Result<void> set_queues(const NetNs& netns, const InterfaceInfo& device, const Ports& ends,
                        std::uint32_t count) {
    XDPBENCH_CHECK(set_queues(netns, ports_with_queues(device, ends), count));
    if (!ends.remote || device.driver != "veth") return {};
    remote::Request request;
    request.command = remote::Command::set;
    request.interface = ends.peer;
    request.queues = count;
    XDPBENCH_CHECK(ends.remote->ask(request));
    return {};
}

}  // namespace xdpbench::net
