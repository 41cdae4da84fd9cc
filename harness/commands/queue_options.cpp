#include "commands/queue_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "base/text.h"
#include "commands/lists.h"
#include "net/port_queues.h"

namespace xdpbench::commands {

Result<void> add_queues(const std::vector<std::string>& queues, const net::NetNs& netns,
                        const net::InterfaceInfo& device, run::RunOptions& options) {
    if (queues.empty()) return {};
    XDPBENCH_TRY(const std::uint32_t most, net::most_queues(netns, device.name));
    XDPBENCH_TRY(const std::vector<std::string> numbers, list_items("--queues", queues));
    for (const std::string& text : numbers) {
        const auto number = parse_number<std::uint32_t>(text);
        if (!number || *number == 0)
            return input_error(fmt::format("--queues {} is not a number of queues", text),
                               "write it as 2, or as 1,2,4 to compare");
        if (*number > most)
            return input_error(fmt::format("--queues {}: {} has at most {}", *number, device.name,
                                           counted(most, "queue")),
                               fmt::format("see: ethtool -l {}", device.name));
        if (std::count(options.queues.begin(), options.queues.end(), *number) > 0)
            return input_error(fmt::format("--queues names {} twice", *number));
        options.queues.push_back(*number);
    }
    if (options.queues.size() < 2 || options.bench) return {};
    return input_error("--queues with several numbers compares benches, and there are none",
                       "add bench to --only, or name one number");
}

Result<std::optional<QueueChange>> change_queues(const run::RunOptions& options) {
    if (options.queues.empty()) return std::optional<QueueChange>();
    XDPBENCH_TRY(net::NetNs here, net::NetNs::current());
    auto netns = std::make_unique<net::NetNs>(std::move(here));
    XDPBENCH_TRY(const net::InterfaceInfo device, net::query_interface(*netns, *options.device));
    const net::Ports ends{*options.device, options.peer.value_or(""), false, options.remote};
    const std::vector<std::string> ports = net::ports_with_queues(device, ends);
    std::vector<net::RecordedChange::Place> places;
    places.reserve(ports.size());
    for (const std::string& port : ports) places.push_back({port, "channels"});
    XDPBENCH_TRY(net::RecordedChange change, net::RecordedChange::begin(*netns, places));
    const auto most = std::max_element(options.queues.begin(), options.queues.end());
    XDPBENCH_CHECK(net::set_queues(*netns, device, ends, *most));
    return std::optional(QueueChange{std::move(netns), std::move(change)});
}

}  // namespace xdpbench::commands
