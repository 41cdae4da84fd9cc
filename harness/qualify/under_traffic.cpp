// Group under_traffic: what is changed while frames are under way.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "base/text.h"
#include "net/port_queues.h"
#include "net/rings.h"
#include "qualify/case.h"
#include "qualify/counts_text.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"
#include "qualify/rig.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFew = 64;
constexpr std::size_t kLongest = 256;

packet::Frames some_frames(const Context& context, std::uint32_t first) {
    packet::Frames frames;
    for (std::uint32_t i = 0; i < kFew; ++i) {
        FrameShape shape;
        shape.length = 100;
        shape.number = first + i;
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

// Two equal programs in turn: what both counted is what was sent.
Result<Ruling> replace(Context& context) {
    constexpr int kTimes = 20;
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(const CaseProgram other, CaseProgram::load({}));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, kTimes * kFew, kLongest));
    const packet::Frames frames = some_frames(context, 0);
    std::uint64_t sent = 0;
    std::chrono::milliseconds away{0};
    for (int i = 0; i < kTimes; ++i) {
        const int next = i % 2 == 0 ? other.fd() : rig.program().fd();
        XDPBENCH_CHECK(rig.sender().send(frames));
        sent += frames.size();
        XDPBENCH_CHECK(rig.xdp_link().replace(next));
        XDPBENCH_TRY(const auto waited, await_carriers(context));
        away += waited;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    XDPBENCH_TRY(const ProgramCounts first, rig.counts());
    XDPBENCH_TRY(const ProgramCounts second, other.counts());
    const std::uint64_t handled = first.handled() + second.handled();
    const std::string text =
        fmt::format("sent {}; the programs counted {} and {}; the carrier was away for {} ms", sent,
                    first.handled(), second.handled(), away.count());
    constexpr std::uint64_t kMayBeLost = 100;  // one in so many: that is what data.loss is for
    if (handled + sent / kMayBeLost >= sent || away.count() > 0) return pass(text);
    return fail(text);
}

// The program is still attached and handles frames.
Result<std::optional<std::string>> goes_on(Context& context, Rig& rig, std::uint32_t first) {
    XDPBENCH_CHECK(await_carriers(context));
    const packet::Frames frames = some_frames(context, first);
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, Place::in_stack));
    return loss_text(delivery, frames, Place::in_stack);
}

Result<Ruling> flap_of(Context& context, Rig& rig) {
    constexpr int kTimes = 3;
    for (int i = 0; i < kTimes; ++i) {
        XDPBENCH_TRY(const ProgramCounts before, rig.counts());
        for (const bool up : {false, true})
            XDPBENCH_CHECK(net::set_up(context.netns(), context.device().name, up));
        XDPBENCH_TRY(const auto lost, goes_on(context, rig, static_cast<std::uint32_t>(i) * kFew));
        XDPBENCH_TRY(const ProgramCounts now, rig.counts());
        if (lost) return fail("after the port was down and up: " + *lost);
        if (now.handled() < before.handled())
            return fail(fmt::format("the counters went from {} down to {}", before.handled(),
                                    now.handled()));
    }
    return pass(fmt::format("down and up {} times: the program stayed and frames arrive", kTimes));
}

Result<Ruling> flap(Context& context) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 16 * kFew, kLongest));
    XDPBENCH_TRY(const PortChange change,
                 PortChange::begin(context, {{context.device().name, "link"}}));
    return flap_of(context, rig);
}

// What is set, whether it is read back, and whether frames go on to arrive.
struct Tried {
    std::string refused;
    std::string wrong;
};

Result<Tried> try_value(Context& context, Rig& rig, PortChange& change,
                        const net::PortState& wanted, std::uint32_t first) {
    if (const Result<void> set = change.set(wanted); !set) {
        if (set.error().kind != ErrorKind::unavailable) return set.error();
        return Tried{set.error().what, {}};
    }
    XDPBENCH_TRY(const net::PortState now,
                 net::read_state(context.netns(), wanted.port, wanted.name));
    XDPBENCH_TRY(const auto lost, goes_on(context, rig, first));
    if (lost) return Tried{{}, fmt::format("with {} {}: {}", wanted.name, wanted.value, *lost)};
    if (now == wanted) return Tried{};
    return Tried{
        {}, fmt::format("asked for {} {}, read back {}", wanted.name, wanted.value, now.value)};
}

// Values of a setting of the device in turn, under a program.
Result<Ruling> try_values(Context& context, const char* name,
                          const std::vector<std::string>& values) {
    const std::string& port = context.device().name;
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 16 * kFew, kLongest));
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, {{port, name}}));
    std::string refused;
    std::uint32_t first = 0;
    for (const std::string& value : values) {
        XDPBENCH_TRY(const Tried tried,
                     try_value(context, rig, change, {port, name, value}, first += kFew));
        if (!tried.wrong.empty()) return fail(tried.wrong);
        if (!tried.refused.empty()) refused += (refused.empty() ? "" : "\n") + tried.refused;
    }
    if (!refused.empty()) return skip(refused);
    return pass(
        fmt::format("{} {}: read back, and frames arrive", name, fmt::join(values, " and ")));
}

Result<Ruling> rings(Context& context) {
    const auto before = net::query_rings(context.netns(), context.device().name);
    if (!before || before->most_rx == 0) return skip("the driver has no rings to set");
    constexpr std::uint32_t kSmall = 128;
    const std::string small =
        fmt::format("{}/{}", std::min(kSmall, before->most_rx), std::min(kSmall, before->most_tx));
    return try_values(context, "rings",
                      {small, fmt::format("{}/{}", before->most_rx, before->most_tx)});
}

Result<Ruling> channels(Context& context) {
    const std::uint32_t most = net::most_queues(context.netns(), context.device().name).value_or(1);
    if (most < 2) return skip("the device has one channel");
    return try_values(context, "channels",
                      {channels_value(context, 1), channels_value(context, most)});
}

constexpr const char* kGroup = "under_traffic";

constexpr std::array kCases{
    CaseEntry{kGroup, "replace", Needs::two_ports, replace},
    CaseEntry{kGroup, "flap", Needs::two_ports, flap},
    CaseEntry{kGroup, "rings", Needs::two_ports, rings},
    CaseEntry{kGroup, "channels", Needs::two_ports, channels},
};

}  // namespace

std::span<const CaseEntry> under_traffic_cases() { return kCases; }

}  // namespace xdpbench::qualify
