#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <functional>

#include "base/text.h"
#include "qualify.h"
#include "qualify/counts_text.h"
#include "qualify/data_cases.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"

namespace xdpbench::qualify {
namespace {

constexpr std::array<std::int32_t, 6> kSteps{16, 32, 64, 128, 192, 256};
// Growth that every driver has room for in front of a frame: the least headroom of a driver (192
// bytes) less what the kernel keeps there (struct xdp_frame, 40). Behind a frame there may be none.
constexpr std::int32_t kHeadMustGrow = 128;
constexpr std::uint32_t kRepeats = 4;
constexpr std::size_t kMostGrowth = 256;

using Moved = std::function<packet::Frame(const packet::Frame&, std::int32_t)>;

// As bpf/harness/qualify_programs.bpf.c writes it.
packet::Frame head_moved(const packet::Frame& frame, std::int32_t by) {
    constexpr std::array<std::uint8_t, QUALIFY_MAC_LENGTH> kSource QUALIFY_SOURCE_MAC;
    packet::Frame moved;
    if (by < 0) {
        moved.bytes.assign(static_cast<std::size_t>(-by), QUALIFY_FILLER);
        moved.bytes.insert(moved.bytes.end(), frame.bytes.begin(), frame.bytes.end());
    } else {
        moved.bytes.assign(frame.bytes.begin() + by, frame.bytes.end());
        std::fill_n(moved.bytes.begin(), QUALIFY_CHUNK, std::uint8_t{QUALIFY_FILLER});
    }
    std::copy(kSource.begin(), kSource.end(), moved.bytes.begin() + QUALIFY_MAC_LENGTH);
    moved.bytes[12] = QUALIFY_ETHERTYPE >> 8;
    moved.bytes[13] = QUALIFY_ETHERTYPE & 0xff;
    return moved;
}

// New bytes are 0 (bpf_xdp_adjust_tail() of the kernel).
packet::Frame tail_moved(const packet::Frame& frame, std::int32_t by) {
    packet::Frame moved = frame;
    moved.bytes.resize(frame.bytes.size() + static_cast<std::size_t>(by));  // modulo 2^64
    return moved;
}

packet::Frames some_frames(const Context& context, std::size_t length, std::uint32_t first) {
    packet::Frames frames;
    for (std::uint32_t i = 0; i < kRepeats; ++i) {
        FrameShape shape;
        shape.length = length;
        shape.number = first + i;
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

// What the steps found out.
struct Limits {
    std::int32_t must_grow = 0;
    std::int32_t grown = 0;    // bytes, the most that worked
    std::int32_t refused = 0;  // bytes of growth, the least that was refused; 0: none
    std::string wrong;
};

bool fits(const Context& context, std::size_t length) {
    return length <= static_cast<std::size_t>(context.device().mtu) + packet::kEthernetHeaderBytes;
}

// Moves an end of frames of this length by so many bytes, which makes them `growth` bytes longer.
Result<void> try_step(Rig& rig, const packet::Frames& frames, std::int32_t by, std::int32_t growth,
                      const Moved& moved, Limits& limits) {
    packet::Frames expected;
    for (const packet::Frame& frame : frames) expected.push_back(moved(frame, by));
    XDPBENCH_TRY(const ProgramCounts before, rig.counts());
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, expected, Place::back));
    XDPBENCH_TRY(const ProgramCounts now, rig.counts());
    const std::uint64_t refused = since(before, now).refused;
    if (delivery.missing.empty()) {
        limits.grown = std::max(limits.grown, growth);
    } else if (refused > 0 && growth > limits.must_grow) {
        limits.refused = limits.refused == 0 ? growth : std::min(limits.refused, growth);
    } else {
        limits.wrong =
            fmt::format("moved by {} bytes, frames of {}: {}\nthe kernel refused {} of {}", by,
                        counted(frames.front().bytes.size(), "byte"),
                        *loss_text(delivery, expected, Place::back), refused, delivery.sent);
    }
    return {};
}

Result<Rig> resizing_rig(Context& context) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.function = Function::resize;
    settings.action = model::Action::tx;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    constexpr std::size_t kMost = 1024;
    return Rig::create(context, std::move(program), mode, kMost, 2048 + kMostGrowth);
}

// All steps both ways on frames of these lengths. `growing`: the sign of a move that makes frames
// longer.
Result<Limits> try_steps(Context& context, bool head) {
    XDPBENCH_TRY(Rig rig, resizing_rig(context));
    Limits limits;
    limits.must_grow = head ? kHeadMustGrow : 0;
    std::uint32_t number = 0;
    for (const std::size_t length : {std::size_t{512}, std::size_t{1024}, std::size_t{2048}}) {
        for (const std::int32_t step : kSteps) {
            for (const std::int32_t growth : {step, -step}) {
                const auto after = static_cast<std::int32_t>(length) + growth;
                if (!fits(context, length) || !fits(context, static_cast<std::size_t>(after)))
                    continue;
                const std::int32_t by = head ? -growth : growth;
                rig.program().move_ends(head ? by : 0, head ? 0 : by);
                const packet::Frames frames = some_frames(context, length, number);
                number += kRepeats;
                XDPBENCH_CHECK(
                    try_step(rig, frames, by, growth, head ? head_moved : tail_moved, limits));
                if (!limits.wrong.empty()) return limits;
            }
        }
    }
    return limits;
}

Result<Ruling> judge_moves(Context& context, bool head) {
    XDPBENCH_TRY(const Limits limits, try_steps(context, head));
    if (!limits.wrong.empty()) return fail(limits.wrong);
    std::string text = fmt::format("frames grew by up to {} and shrank by up to {} bytes",
                                   limits.grown, kSteps.back());
    if (limits.refused > 0)
        text += fmt::format("; growth by {} is refused (no room)", limits.refused);
    return pass(text);
}

}  // namespace

Result<Ruling> move_head(Context& context) { return judge_moves(context, true); }

Result<Ruling> move_tail(Context& context) { return judge_moves(context, false); }

}  // namespace xdpbench::qualify
