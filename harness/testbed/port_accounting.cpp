#include "testbed/port_accounting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace xdpbench::testbed {
namespace {

std::uint64_t missing(std::uint64_t of, std::uint64_t there) { return of - std::min(of, there); }

}  // namespace

std::string name_losses(LinkCounts& counts, std::uint64_t sent) {
    const std::uint64_t handled = counts.handled();
    if (handled > sent) {
        return fmt::format("{} sent, but the program handled {}", counted(sent, "frame"),
                           thousands(handled));
    }
    const std::uint64_t transmitted = counts.actions[XDP_TX];
    const std::uint64_t passed = counts.actions[XDP_PASS];
    const std::uint64_t redirected = counts.actions[XDP_REDIRECT];
    // A redirected frame comes back too, reaches the stack by way of another CPU, or a socket.
    const std::uint64_t arrived = counts.forwarded + missing(counts.received, transmitted) +
                                  missing(counts.passed, passed) + counts.sockets.frames;
    if (arrived > redirected) {
        return fmt::format(
            "{} left by XDP_TX, {} by XDP_PASS and {} by XDP_REDIRECT, but {} came back, {} "
            "reached the stack and {} AF_XDP sockets",
            counted(transmitted, "frame"), thousands(passed), thousands(redirected),
            thousands(counts.received), thousands(counts.passed), thousands(counts.sockets.frames));
    }
    counts.losses = {{"lost_before_program", sent - handled},
                     {"lost_after_tx", missing(transmitted, counts.received)},
                     {"lost_after_pass", missing(passed, counts.passed)},
                     {"lost_after_redirect", redirected - arrived}};
    std::erase_if(counts.losses, [](const auto& entry) { return entry.second == 0; });
    return {};
}

std::string losses_text(const model::Losses& losses) {
    if (losses.empty()) return {};
    std::vector<std::string> parts;
    for (const auto& [where, frames] : losses)
        parts.push_back(fmt::format("{} {}", where, thousands(frames)));
    return fmt::format("the ports lost frames, which is not the program's doing: {}\n",
                       fmt::join(parts, ", "));
}

bool all_known(const model::Losses& named, const model::Losses& seen) {
    return named.empty() || named == model::Losses{{"lost_after_redirect", frames_lost(seen)}};
}

std::uint64_t frames_moved(const LinkCounts& counts) {
    return counts.handled() + counts.received + counts.passed + counts.forwarded +
           counts.sockets.frames;
}

}  // namespace xdpbench::testbed
