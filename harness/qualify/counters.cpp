// Group counters: what the port counts, against what was sent.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <thread>

#include "base/text.h"
#include "net/interface.h"
#include "net/netdev_stats.h"
#include "qualify/case.h"
#include "qualify/counts_text.h"
#include "qualify/frames.h"
#include "qualify/rig.h"

namespace xdpbench::qualify {
namespace {

using model::Action;

constexpr std::uint32_t kMany = 2000;
constexpr std::size_t kLongest = 256;
constexpr auto kDrop = static_cast<std::size_t>(Action::drop);

// By how much the counters went up, and of the driver's only those that did.
struct Rise {
    net::InterfaceCounters link;
    std::map<std::string, std::uint64_t> driver;
    std::optional<net::QueueCounters> queues;  // netlink's; nothing where there are none
};

Result<Rise> read_all(const Context& context) {
    Rise rise;
    XDPBENCH_TRY(rise.link, net::interface_counters(context.netns(), context.device().name));
    XDPBENCH_TRY(rise.driver, net::driver_counters(context.netns(), context.device().name));
    XDPBENCH_TRY(rise.queues, net::queue_counters(context.netns(), context.device().index));
    return rise;
}

Rise since(const Rise& before, const Rise& now) {
    Rise rise;
    rise.link = {
        now.link.rx_packets - before.link.rx_packets, now.link.rx_errors - before.link.rx_errors,
        now.link.rx_dropped - before.link.rx_dropped, now.link.tx_packets - before.link.tx_packets,
        now.link.tx_errors - before.link.tx_errors,   now.link.tx_dropped - before.link.tx_dropped};
    if (before.queues && now.queues)
        rise.queues = net::QueueCounters{now.queues->rx_packets - before.queues->rx_packets,
                                         now.queues->rx_alloc_fail - before.queues->rx_alloc_fail,
                                         now.queues->rx_hw_drops - before.queues->rx_hw_drops,
                                         now.queues->tx_packets - before.queues->tx_packets};
    for (const auto& [name, value] : now.driver) {
        const auto found = before.driver.find(name);
        const std::uint64_t risen = value - (found == before.driver.end() ? 0 : found->second);
        if (risen != 0) rise.driver[name] = risen;
    }
    return rise;
}

std::string driver_text(const Rise& rise) {
    std::string text;
    int shown = 0;
    for (const auto& [name, value] : rise.driver) {
        constexpr int kMost = 10;
        if (++shown > kMost) break;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name, value);
    }
    return text.empty() ? "the driver has no counter that rose" : "the driver counts " + text;
}

std::string queues_text(const Rise& rise) {
    if (!rise.queues) return "qstats: none";
    return fmt::format("qstats: rx {}, alloc fail {}, hw drops {}, tx {}", rise.queues->rx_packets,
                       rise.queues->rx_alloc_fail, rise.queues->rx_hw_drops,
                       rise.queues->tx_packets);
}

// Some count a second late: until they agree, or for 3 s.
Result<Rise> await_counts(const Context& context, const Rise& before, std::uint64_t wanted) {
    constexpr int kTries = 30;
    constexpr std::chrono::milliseconds kPause{100};
    Rise rise;
    for (int i = 0; i < kTries && rise.link.rx_packets < wanted; ++i) {
        if (i > 0) std::this_thread::sleep_for(kPause);
        XDPBENCH_TRY(const Rise now, read_all(context));
        rise = since(before, now);
    }
    return rise;
}

// A frame that a program drops on purpose is no loss of the port, but some drivers count all of
// them as dropped: the drops beyond that.
std::uint64_t drops_beyond(std::uint64_t dropped_by_program, std::uint64_t dropped) {
    return dropped >= dropped_by_program ? dropped - dropped_by_program : dropped;
}

// Counters of what the port lost or found wrong, beyond what is unaccounted for.
Ruling judge(const ProgramCounts& counts, const Rise& rise) {
    const std::string text = fmt::format(
        "sent {}, {}; ip -s: rx {}, dropped {}, errors {}, tx {}; {}; {}", kMany,
        counts_text(counts), rise.link.rx_packets, rise.link.rx_dropped, rise.link.rx_errors,
        rise.link.tx_packets, driver_text(rise), queues_text(rise));
    const std::uint64_t lost = kMany - std::min<std::uint64_t>(kMany, counts.handled());
    const bool dropped = drops_beyond(counts.actions.at(kDrop), rise.link.rx_dropped) > lost;
    if (dropped || rise.link.rx_errors > lost || rise.link.tx_errors > 0)
        return fail("frames are counted as lost or wrong that were not: " + text);
    if (rise.queues && rise.queues->rx_hw_drops + rise.queues->rx_alloc_fail > lost)
        return fail("qstats count frames as lost that were not: " + text);
    if (rise.queues && rise.queues->rx_packets + lost < kMany)
        return note("qstats count fewer frames than were received: " + text);
    if (rise.link.rx_packets + lost + rise.link.rx_dropped < kMany)
        return note("fewer frames are counted than were received: " + text);
    return pass(text);
}

Result<Ruling> counted_as(Context& context, Action action) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.action = action;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, kMany, kLongest));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    XDPBENCH_TRY(const Rise before, read_all(context));
    XDPBENCH_CHECK(rig.send(make_frames(context.device().mac, kMany, 128, 4)));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    XDPBENCH_TRY(const Rise rise, await_counts(context, before, counts.handled()));
    return judge(counts, rise);
}

constexpr const char* kGroup = "counters";

constexpr std::array kCases{
    CaseEntry{kGroup, "pass", Needs::two_ports,
              [](Context& context) { return counted_as(context, Action::pass); }},
    CaseEntry{kGroup, "drop", Needs::two_ports,
              [](Context& context) { return counted_as(context, Action::drop); }},
    CaseEntry{kGroup, "tx", Needs::two_ports,
              [](Context& context) { return counted_as(context, Action::tx); }},
};

}  // namespace

std::span<const CaseEntry> counters_cases() { return kCases; }

}  // namespace xdpbench::qualify
