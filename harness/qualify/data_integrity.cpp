// Many frames, sent back by the device: what became of each.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/clock.h"
#include "base/text.h"
#include "qualify/counts_text.h"
#include "qualify/data_cases.h"
#include "qualify/frames.h"
#include "qualify/integrity.h"
#include "qualify/rig.h"

namespace xdpbench::qualify {
namespace {

constexpr std::uint32_t kMany = 3000;  // several times what one fault in a thousand needs
constexpr std::uint16_t kFlows = 8;
constexpr std::size_t kLongest = 700;
constexpr std::size_t kGrowth = 64;

packet::Frames many_frames(const Context& context) {
    packet::Frames frames;
    for (std::uint32_t number = 0; number < kMany; ++number) {
        FrameShape shape;
        shape.length = kShortestFrame + 4 + number % (kLongest - kShortestFrame - 4);
        shape.number = number;
        shape.flow = static_cast<std::uint16_t>(number % kFlows);
        frames.push_back(make_frame(context.device().mac, shape));
    }
    return frames;
}

Result<Rig> returning_rig(Context& context, std::size_t frames) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.action = model::Action::tx;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    return Rig::create(context, std::move(program), mode, frames, kLongest + kGrowth);
}

bool has_one_queue(const Context& context) {
    const auto channels = net::query_channels(context.netns(), context.device().name);
    return !channels || channels->rx + channels->combined <= 1;
}

std::string lost_where(std::uint64_t lost, const ProgramCounts& counts) {
    const std::uint64_t before = kMany - std::min<std::uint64_t>(kMany, counts.handled());
    return fmt::format("{} of {} are lost: {} before the program, {} after it; {}", lost, kMany,
                       before, lost - std::min(lost, before), counts_text(counts));
}

Ruling judge_order(const Context& context, const Fates& fates) {
    if (fates.overtaken_in_flow > 0)
        return fail(fmt::format("{} of {} frames arrived after a later one of their flow",
                                fates.overtaken_in_flow, kMany));
    if (fates.overtaken == 0) return pass("all frames arrived in order");
    const std::string text =
        fmt::format("order within flows is kept; {} of {} frames were overtaken by another flow's",
                    fates.overtaken, kMany);
    return has_one_queue(context) ? fail(text + ", and the device has one receive queue")
                                  : pass(text + " (several queues)");
}

Ruling judge_none(std::uint64_t count, const char* what, const std::string& example) {
    if (count == 0) return pass(fmt::format("{} frames there and back", thousands(kMany)));
    return fail(fmt::format("{} of {} frames {}{}{}", count, thousands(kMany), what,
                            example.empty() ? "" : "; the first: ", example));
}

}  // namespace

Result<Ruling> integrity(Context& context, Integrity what) {
    XDPBENCH_TRY(Rig rig, returning_rig(context, kMany + kMany / 4));
    const packet::Frames frames = many_frames(context);
    XDPBENCH_CHECK(rig.send(frames));
    XDPBENCH_TRY(const Arrived arrived, rig.take());
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    const Fates fates = fates_of(frames, arrived.back, kFlows);
    if (fates.lost > kMany / 10 && what != Integrity::loss)
        return invalid(lost_where(fates.lost, counts));
    switch (what) {
        case Integrity::loss:
            return fates.lost == 0 ? pass(fmt::format("{} frames there and back", thousands(kMany)))
                                   : fail(lost_where(fates.lost, counts));
        case Integrity::bytes:
            return judge_none(fates.damaged, "arrived with other bytes", fates.first_damaged);
        case Integrity::length:
            return judge_none(fates.wrong_length, "arrived with another length",
                              fates.first_wrong_length);
        case Integrity::copies:
            return judge_none(fates.copies, "arrived more than once", "");
        case Integrity::order:
            return judge_order(context, fates);
    }
    return invalid("no such case");
}

// Interrupts are put off for some 10 to 200 us; this is far above that, and above what a busy
// machine adds to the shortest of many.
Result<Ruling> delay(Context& context) {
    constexpr std::uint32_t kTrips = 30;
    constexpr std::chrono::milliseconds kMost{10};
    constexpr std::chrono::seconds kPatience{2};
    if (context.options().remote)
        return skip("the way to the remote peer and back takes longer than a frame");
    XDPBENCH_TRY(Rig rig, returning_rig(context, std::size_t{2} * kTrips));
    Clock::duration shortest = kPatience;
    for (std::uint32_t number = 0; number < kTrips; ++number) {
        FrameShape shape;
        shape.number = number;
        XDPBENCH_TRY(const std::uint64_t before, rig.came_back());
        const auto start = Clock::now();
        XDPBENCH_CHECK(rig.sender().send({make_frame(context.device().mac, shape)}));
        for (std::uint64_t now = before; now == before && Clock::now() - start < kPatience;) {
            XDPBENCH_TRY(now, rig.came_back());
        }
        shortest = std::min<Clock::duration>(shortest, Clock::now() - start);
    }
    const std::string text =
        fmt::format("the shortest of {} round trips took {:.3f} ms", kTrips,
                    std::chrono::duration<double, std::milli>(shortest).count());
    return shortest > kMost ? fail(fmt::format("{}; at most {} ms are usual", text, kMost.count()))
                            : pass(text);
}

}  // namespace xdpbench::qualify
