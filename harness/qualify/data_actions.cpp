#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "bpf/refusal.h"
#include "bpf/tracepoint_counter.h"
#include "qualify/counts_text.h"
#include "qualify/data_cases.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kGrowth = 256;

// Without payload, one byte of it, lengths around powers of two, the longest.
packet::Frames all_lengths(const Context& context) {
    const std::size_t longest =
        static_cast<std::size_t>(context.device().mtu) + packet::kEthernetHeaderBytes;
    packet::Frames frames;
    for (const std::size_t length :
         {std::size_t{42}, std::size_t{43}, kShortestFrame, std::size_t{61}, std::size_t{64},
          std::size_t{65}, std::size_t{127}, std::size_t{128}, std::size_t{129}, std::size_t{513},
          std::size_t{1024}, std::size_t{1025}, longest - 1, longest}) {
        if (length > longest) continue;
        FrameShape shape;
        shape.length = length;
        shape.number = static_cast<std::uint32_t>(frames.size());
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

// What is wrong with the program's counters, if no frame was sent twice; empty if nothing is.
std::string wrong_counts(const ProgramCounts& counts, const packet::Frames& frames,
                         model::Action action) {
    std::uint64_t least = 0;
    std::uint64_t most = 0;  // a port may pad
    for (const packet::Frame& frame : frames) {
        least += frame.bytes.size();
        most += std::max(frame.bytes.size(), kShortestFrame);
    }
    const auto index = static_cast<std::size_t>(action);
    if (counts.actions.at(index) != frames.size() || counts.handled() != frames.size())
        return fmt::format("sent {}, {}", counted(frames.size(), "frame"), counts_text(counts));
    const std::uint64_t bytes = counts.bytes.at(index);
    if (bytes >= least && bytes <= most) return {};
    return fmt::format("sent {}, the program counted {} bytes", counted(least, "byte"), bytes);
}

std::optional<Place> place_of(model::Action action) {
    switch (action) {
        case model::Action::pass:
            return Place::in_stack;
        case model::Action::tx:
        case model::Action::redirect:
            return Place::back;
        case model::Action::drop:
        case model::Action::aborted:
            break;
    }
    return std::nullopt;
}

// Frames that must arrive nowhere.
Result<Ruling> expect_nothing(Rig& rig, const packet::Frames& frames, model::Action action) {
    std::string wrong;
    for (int i = 0; i < 3; ++i) {
        XDPBENCH_TRY(const ProgramCounts before, rig.counts());
        XDPBENCH_CHECK(rig.send(frames));
        XDPBENCH_TRY(const ProgramCounts now, rig.counts());
        XDPBENCH_TRY(const Arrived arrived, rig.take());
        if (!arrived.in_stack.empty() || !arrived.back.empty())
            return fail(fmt::format("{} of {} sent were not dropped: {} in the stack, {} back",
                                    arrived.in_stack.size() + arrived.back.size(), frames.size(),
                                    arrived.in_stack.size(), arrived.back.size()));
        wrong = wrong_counts(since(before, now), frames, action);
        if (wrong.empty()) return pass(counts_text(since(before, now)));
    }
    return fail(wrong + ", three times");
}

Result<Ruling> expect_at(Rig& rig, const packet::Frames& frames, model::Action action,
                         Place place) {
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, place));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    if (const auto lost = loss_text(delivery, frames, place))
        return fail(*lost + "\n" + counts_text(counts));
    if (delivery.resent > 0)
        return pass(fmt::format("every byte arrived; {} had to be sent again",
                                counted(delivery.resent, "frame")));
    const std::string wrong = wrong_counts(counts, frames, action);
    return wrong.empty() ? pass(counts_text(counts) + "; every byte arrived") : fail(wrong);
}

// An XDP_ABORTED raises the tracepoint xdp_exception.
Result<Ruling> expect_exceptions(Context& context, Rig& rig, const packet::Frames& frames) {
    const auto exceptions = bpf::TracepointCounter::open(
        "xdp/xdp_exception", fmt::format("ifindex == {} && act == 0", context.device().index));
    XDPBENCH_TRY(Ruling ruling, expect_nothing(rig, frames, model::Action::aborted));
    if (!exceptions || ruling.finding != model::Finding::pass) return ruling;
    XDPBENCH_TRY(const std::uint64_t raised, exceptions->read());
    if (raised >= frames.size()) return ruling;
    return fail(fmt::format("{} aborted, the tracepoint xdp_exception was raised {} times",
                            counted(frames.size(), "frame"), raised));
}

}  // namespace

Result<Ruling> frames_take(Context& context, model::Action action) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.action = action;
    settings.target = context.device().index;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    const packet::Frames frames = all_lengths(context);
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 3 * frames.size(),
                                      frames.back().bytes.size() + kGrowth));
    if (action == model::Action::aborted) return expect_exceptions(context, rig, frames);
    const std::optional<Place> place = place_of(action);
    if (!place) return expect_nothing(rig, frames, action);
    XDPBENCH_TRY(Ruling ruling, expect_at(rig, frames, action, *place));
    const bool needs_xmit = action == model::Action::redirect && mode == model::Mode::native;
    if (ruling.finding == model::Finding::fail && needs_xmit &&
        context.declares(Feature::ndo_xmit) == Declared::no)
        return skip("the device does not send redirected frames (ndo-xmit is not declared): " +
                    ruling.text);
    return ruling;
}

Result<Ruling> fragments(Context& context) {
    constexpr int kMtu = 9000;
    constexpr std::size_t kLong = 8000;
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    const Declared declared = context.declares(Feature::rx_sg);
    const Result<PortChange> change = change_mtu(context, kMtu);
    if (!change) return judge_declared(declared, false, change.error().what);
    ProgramSettings settings;
    settings.frags = true;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    packet::Frames frames;
    for (std::uint32_t i = 0; i < 16; ++i) {
        FrameShape shape;
        shape.length = i % 2 == 0 ? kLong : kShortestFrame;
        shape.number = i;
        frames.push_back(make_frame(context.device().mac, shape));
    }
    Result<Rig> rig = Rig::create(context, std::move(program), model::Mode::native,
                                  3 * frames.size(), kLong + kGrowth);
    if (!rig && rig.error().kind != ErrorKind::interrupted)
        return judge_declared(declared, false, bpf::answer_line(rig.error()));
    if (!rig) return rig.error();
    XDPBENCH_TRY(const Delivery delivery, deliver(*rig, frames, frames, Place::in_stack));
    const auto lost = loss_text(delivery, frames, Place::in_stack);
    return judge_declared(declared, !lost,
                          lost ? *lost : "8,000 bytes and then 60 arrived, 8 times");
}

}  // namespace xdpbench::qualify
