#include "testbed/accounting.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace xdpbench::testbed {
namespace {

std::uint64_t sum_of(const model::ActionTally& actions) {
    return std::accumulate(actions.begin(), actions.end(), std::uint64_t{0});
}

model::ActionTally difference(const model::ActionTally& before, const model::ActionTally& now) {
    model::ActionTally result{};
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = now[i] - before[i];
    return result;
}

// The frames that arrived at an end but did not leave that way: redirected ones.
std::uint64_t beyond(std::uint64_t arrived, std::uint64_t left) {
    return arrived - std::min(arrived, left);
}

std::uint64_t apart(std::uint64_t one, std::uint64_t other) {
    return one > other ? one - other : other - one;
}

// "3 frames unaccounted for: 100 frames sent, but ..."
std::string unaccounted_text(std::uint64_t frames, const std::string& detail) {
    return fmt::format("{} unaccounted for: {}", counted(frames, "frame"), detail);
}

constexpr const char* kNotTakenByStack =
    "; it takes no frame whose VLAN tag is cut off (less than 20 bytes)";

// Whether what left arrived, way by way.
std::string unaccounted_ways(const LinkCounts& counts, std::uint64_t failed_redirects) {
    const std::uint64_t transmitted = counts.actions[XDP_TX];
    const std::uint64_t passed = counts.actions[XDP_PASS];
    const std::uint64_t redirected = counts.actions[XDP_REDIRECT];
    const std::uint64_t lost_back =
        loss(counts.losses, "dut_tx_errors") + loss(counts.losses, "tester_rx_drops");
    const std::uint64_t lost_far =
        loss(counts.losses, "out_xmit_errors") + loss(counts.losses, "sink_rx_drops");
    const std::uint64_t back = counts.received + lost_back;
    if (transmitted > back || (redirected == 0 && transmitted != back)) {
        return unaccounted_text(
            apart(transmitted, back),
            fmt::format("{} left by XDP_TX, but {} came back and {} were lost on the way",
                        counted(transmitted, "frame"), thousands(counts.received),
                        thousands(lost_back)));
    }
    if (passed > counts.passed || (redirected == 0 && passed != counts.passed)) {
        return unaccounted_text(
            apart(passed, counts.passed),
            fmt::format("{} left by XDP_PASS, but {} reached the stack{}", counted(passed, "frame"),
                        thousands(counts.passed), passed > counts.passed ? kNotTakenByStack : ""));
    }
    const std::uint64_t returned = beyond(back, transmitted);
    const std::uint64_t to_stack = beyond(counts.passed, passed);
    const std::uint64_t known = counts.forwarded + lost_far + returned + to_stack +
                                counts.sockets.frames + failed_redirects;
    if (redirected != known) {
        std::vector<std::string> ways{
            fmt::format("{} reached the far end", thousands(counts.forwarded))};
        const auto add = [&ways](std::uint64_t frames, std::string_view what) {
            if (frames != 0) ways.push_back(fmt::format("{} {}", thousands(frames), what));
        };
        add(returned, "came back");
        add(to_stack, "reached the stack by way of another CPU");
        add(counts.sockets.frames, "reached AF_XDP sockets");
        add(failed_redirects, "could not be redirected");
        add(lost_far, "were lost on the way");
        return unaccounted_text(
            apart(redirected, known),
            fmt::format("{} left by XDP_REDIRECT, but {}{}", counted(redirected, "frame"),
                        fmt::join(ways, ", "),
                        redirected > known ? "; what a program behind the map drops, and a "
                                             "broadcast to a map without other "
                                             "targets, is counted nowhere"
                                           : ""));
    }
    return {};
}

// Where frames arrive that are redirected to where they came from, through a CPUMAP, or nowhere,
// without a failed redirect: they look like those of these actions.
constexpr std::array<std::size_t, 3> kEndsOfRedirects{XDP_TX, XDP_PASS, XDP_DROP};

// Frames of an action of which more were seen than expected become those of one with fewer, at most
// so many. Returns how many.
std::uint64_t move(std::size_t looks_like, std::size_t is, const model::ActionTally& expected,
                   model::ActionTally& seen,
                   std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    const std::uint64_t frames = std::min({beyond(seen.at(looks_like), expected.at(looks_like)),
                                           beyond(expected.at(is), seen.at(is)), most});
    seen.at(looks_like) -= frames;
    seen.at(is) += frames;
    return frames;
}

}  // namespace

std::uint64_t known_redirects(const LinkCounts& counts) {
    return counts.forwarded + loss(counts.losses, "redirect_errors") +
           loss(counts.losses, "out_xmit_errors") + loss(counts.losses, "sink_rx_drops") +
           counts.sockets.frames + lost_to_sockets(counts.losses);
}

std::uint64_t frames_lost(const model::Losses& losses) {
    return std::accumulate(losses.begin(), losses.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& entry) { return sum + entry.second; });
}

std::uint64_t lost_to_sockets(const model::Losses& losses) {
    return loss(losses, "xsk_fill_ring_empty") + loss(losses, "xsk_rx_ring_full") +
           loss(losses, "xsk_too_long");
}

std::uint64_t loss(const model::Losses& losses, const std::string& name) {
    const auto found = losses.find(name);
    return found == losses.end() ? 0 : found->second;
}

void attribute(ActionSource source, const model::ActionTally& expected, model::ActionTally& seen) {
    if (source == ActionSource::program) return;
    move(XDP_DROP, XDP_ABORTED, expected, seen);
    if (source == ActionSource::driver) return;
    for (const std::size_t looks_like : kEndsOfRedirects)
        move(looks_like, XDP_REDIRECT, expected, seen);
}

void attribute(ActionSource source, const model::ActionTally& expected, LinkCounts& counts) {
    if (source == ActionSource::program) return;
    if (!counts.aborted) move(XDP_DROP, XDP_ABORTED, expected, counts.actions);
    if (source == ActionSource::driver) return;
    if (!counts.redirected) {
        for (const std::size_t looks_like : kEndsOfRedirects)
            move(looks_like, XDP_REDIRECT, expected, counts.actions);
        return;
    }
    // One redirected frame fewer came by one way, and one more by another.
    std::uint64_t anywhere = beyond(counts.actions[XDP_REDIRECT], known_redirects(counts));
    for (const std::size_t looks_like : kEndsOfRedirects)
        for (const std::size_t is : kEndsOfRedirects)
            anywhere -= move(looks_like, is, expected, counts.actions, anywhere);
}

void attribute_all(ActionSource source, model::Action expected, LinkCounts& counts) {
    model::ActionTally all{};
    all.at(static_cast<std::size_t>(expected)) = sum_of(counts.actions);
    attribute(source, all, counts);
}

std::uint64_t LinkCounts::handled() const { return sum_of(actions) + no_action; }

std::uint64_t LinkCounts::refused() const { return loss(losses, "generator_xmit_errors"); }

LinkCounts since(const LinkCounts& before, const LinkCounts& now) {
    LinkCounts result = now;
    result.actions = difference(before.actions, now.actions);
    for (std::size_t i = 0; i < result.cpus.size() && i < before.cpus.size(); ++i) {
        result.cpus[i].actions = difference(before.cpus[i].actions, now.cpus[i].actions);
    }
    result.handled_by_device = now.handled_by_device - before.handled_by_device;
    result.no_action = now.no_action - before.no_action;
    if (result.aborted) *result.aborted -= before.aborted.value_or(0);
    if (result.redirected) *result.redirected -= before.redirected.value_or(0);
    result.received = now.received - before.received;
    result.passed = now.passed - before.passed;
    result.forwarded = now.forwarded - before.forwarded;
    result.sockets = now.sockets - before.sockets;
    for (std::size_t i = 0; i < result.passed_cpus.size() && i < before.passed_cpus.size(); ++i)
        result.passed_cpus[i] -= before.passed_cpus[i];
    for (auto& [name, frames] : result.losses) frames -= loss(before.losses, name);
    std::erase_if(result.losses, [](const auto& entry) { return entry.second == 0; });
    return result;
}

std::string unaccounted(const LinkCounts& counts, std::uint64_t sent) {
    const std::uint64_t not_taken = counts.refused();
    const std::uint64_t dropped = loss(counts.losses, "dut_rx_drops");
    const std::uint64_t taken = counts.handled_by_device;
    if (taken + not_taken != sent) {
        return unaccounted_text(
            apart(sent, taken + not_taken),
            fmt::format("{} sent, but the interface took in {} and refused {}",
                        counted(sent, "frame"), thousands(taken), thousands(not_taken)));
    }
    // A driver drops frames for which it has no memory before the program sees them, and frames
    // whose redirect failed after it: only the former are missing from the program's counters.
    const std::uint64_t handled = counts.handled();
    if (handled > taken || taken - handled > dropped) {
        return unaccounted_text(
            handled > taken ? handled - taken : taken - handled - dropped,
            fmt::format("the interface took in {} and dropped {}, but the program handled {}",
                        counted(taken, "frame"), thousands(dropped), thousands(handled)));
    }
    return unaccounted_ways(
        counts, dropped - (taken - handled) + loss(counts.losses, "redirect_errors") +
                    loss(counts.losses, "cpumap_drops") + lost_to_sockets(counts.losses));
}

Error unaccounted_error(std::string unaccounted_frames, bool sees_drops) {
    if (!sees_drops)
        return Error{
            ErrorKind::invalid, std::move(unaccounted_frames),
            "the program drops here what it does not drop in test runs, for example because "
            "of the interface that frames come in by; in generic mode nothing counts drops",
            "see what it does with them: --only replay"};
    return Error{ErrorKind::invalid,
                 std::move(unaccounted_frames),
                 {},
                 "something else sent or took frames, or this is a fault of xdp-bench"};
}

model::End redirect_end(const LinkCounts& counts) {
    const std::uint64_t elsewhere = counts.received + counts.passed + counts.forwarded;
    if (elsewhere + counts.sockets.frames == 0) return model::End::nowhere;
    if (counts.sockets.frames >= elsewhere) return model::End::sockets;
    if (counts.forwarded >= std::max(counts.received, counts.passed)) return model::End::far;
    return counts.passed >= counts.received ? model::End::stack : model::End::tester;
}

const char* end_text(model::End end) {
    switch (end) {
        case model::End::tester:
            return "came back";
        case model::End::stack:
            return "reached the stack";
        case model::End::far:
            return "reached the far end";
        case model::End::sockets:
            return "reached AF_XDP sockets";
        case model::End::nowhere:
            break;
    }
    return "arrived nowhere";
}

}  // namespace xdpbench::testbed
