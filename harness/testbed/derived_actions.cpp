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
    counts.actions[XDP_ABORTED] = counts.aborted.value_or(0);
    counts.actions[XDP_DROP] =
        drops - std::min(drops, counts.no_action + counts.actions[XDP_ABORTED]);
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
    const std::uint64_t known = known_redirects(counts);
    counts.actions[XDP_REDIRECT] = known;
    counts.actions[XDP_ABORTED] = counts.aborted.value_or(0);
    const std::uint64_t nowhere = others(counts);
    counts.actions[XDP_PASS] = std::min(nowhere, counts.passed);
    const bool drops =
        !expected || *expected == model::Action::drop || *expected == model::Action::aborted;
    if (drops) counts.actions[XDP_DROP] = nowhere - counts.actions[XDP_PASS];
    if (!counts.redirected) return;
    // All redirects are known, but not where the rest of them arrived.
    counts.actions[XDP_REDIRECT] =
        *counts.redirected + loss(lost, "redirect_errors") + lost_to_sockets(lost);
    std::uint64_t rest =
        counts.actions[XDP_REDIRECT] - std::min(known, counts.actions[XDP_REDIRECT]);
    for (const std::size_t action : {XDP_TX, XDP_PASS, XDP_DROP}) {
        const std::uint64_t frames = std::min(rest, counts.actions.at(action));
        counts.actions.at(action) -= frames;
        rest -= frames;
    }
}

}  // namespace xdpbench::testbed
