#include "testbed/port_losses.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "net/interface.h"

namespace xdpbench::testbed {
namespace {

// What an XDP program drops is no loss.
bool speaks_of_loss(std::string_view name) {
    constexpr std::array<std::string_view, 7> kWords{"drop",    "err",   "miss",  "discard",
                                                     "overrun", "_full", "no_buf"};
    if (name.find("xdp_drop") != std::string_view::npos) return false;
    return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) {
        return name.find(word) != std::string_view::npos;
    });
}

}  // namespace

Result<std::map<std::string, std::uint64_t>> read_port_losses(const net::NetNs& netns,
                                                              const std::string& port) {
    XDPBENCH_TRY(auto counters, net::driver_counters(netns, port));
    std::erase_if(counters, [](const auto& counter) { return !speaks_of_loss(counter.first); });
    XDPBENCH_TRY(const net::InterfaceCounters all, net::interface_counters(netns, port));
    counters["rx_dropped"] = all.rx_dropped;
    counters["rx_errors"] = all.rx_errors;
    counters["tx_dropped"] = all.tx_dropped;
    counters["tx_errors"] = all.tx_errors;
    return counters;
}

}  // namespace xdpbench::testbed
