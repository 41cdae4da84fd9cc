#include "testbed/derived_actions.h"

#include <linux/bpf.h>

#include <algorithm>

namespace xdpbench::testbed {
namespace {

// Frames that the device took in and that did nothing known so far.
std::uint64_t others(const LinkCounts& counts) {
    return counts.handled_by_device - std::min(counts.handled_by_device, counts.handled());
}

}  // namespace

std::uint64_t over_queues(const DriverCounters& counters, std::string_view direction,
                          std::string_view name) {
    std::uint64_t sum = 0;
    for (const auto& [key, value] : counters) {
        const std::string_view text = key;
        if (!text.starts_with(direction) || !text.ends_with(name)) continue;
        // "rx_queue_0_" and not "rx_queue_0_xdp_": "drops" must not take in "xdp_drops".
        const std::string_view number =
            text.substr(direction.size(), text.size() - direction.size() - name.size());
        if (number.find_first_not_of("0123456789_") == std::string_view::npos) sum += value;
    }
    return sum;
}

void derive_native_actions(const DriverCounters& dut, LinkCounts& counts) {
    const model::Losses& lost = counts.losses;
    // veth counts XDP_ABORTED and what is no action here too.
    const std::uint64_t drops = over_queues(dut, kRx, "xdp_drops");
    counts.actions[XDP_DROP] = drops - std::min(drops, counts.no_action);
    counts.actions[XDP_TX] =
        over_queues(dut, kRx, "xdp_tx") + over_queues(dut, kRx, "xdp_tx_errors");
    counts.actions[XDP_REDIRECT] = over_queues(dut, kRx, "xdp_redirect") +
                                   loss(lost, "redirect_errors") + lost_to_sockets(lost);
    // What it dropped was given no action that it counts: no memory, or a failed redirect.
    const std::uint64_t passed = others(counts);
    counts.actions[XDP_PASS] = passed - std::min(passed, loss(lost, "dut_rx_drops"));
}

void derive_generic_actions(std::optional<model::Action> expected, LinkCounts& counts) {
    const model::Losses& lost = counts.losses;
    // With those that were lost on the way there.
    counts.actions[XDP_TX] =
        counts.received + loss(lost, "dut_tx_errors") + loss(lost, "tester_rx_drops");
    counts.actions[XDP_REDIRECT] = counts.forwarded + loss(lost, "redirect_errors") +
                                   loss(lost, "out_xmit_errors") + loss(lost, "sink_rx_drops") +
                                   counts.sockets.frames + lost_to_sockets(lost);
    const std::uint64_t nowhere = others(counts);
    counts.actions[XDP_PASS] = std::min(nowhere, counts.passed);
    const bool drops =
        !expected || *expected == model::Action::drop || *expected == model::Action::aborted;
    if (drops) counts.actions[XDP_DROP] = nowhere - counts.actions[XDP_PASS];
}

}  // namespace xdpbench::testbed
