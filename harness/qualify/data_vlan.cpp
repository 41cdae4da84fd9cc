#include <fmt/format.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "bpf/ingress.h"
#include "net/port_state.h"
#include "qualify/counts_text.h"
#include "qualify/data_cases.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"

namespace xdpbench::qualify {
namespace {

constexpr const char* kOffload = "rx-vlan-offload";
constexpr std::size_t kLongest = 512;
constexpr const char* kHidden = "hidden from XDP by rx-vlan-offload";

Result<PortChange> switch_offload_on(const Context& context) {
    const std::string& name = context.device().name;
    XDPBENCH_TRY(PortChange change, PortChange::begin(context, {{name, kOffload}}));
    XDPBENCH_CHECK(change.set({name, kOffload, "on"}));
    return change;
}

packet::Frames tagged_frames(const Context& context, std::uint16_t protocol) {
    packet::Frames frames;
    for (const std::size_t length : {std::size_t{64}, std::size_t{65}, std::size_t{300}}) {
        for (const auto tci : {std::uint16_t{0x0007}, std::uint16_t{0x6fff}}) {
            FrameShape shape;
            shape.length = length;
            shape.number = static_cast<std::uint32_t>(frames.size());
            if (protocol == 0x88a8) shape.tags.push_back({protocol, 0x0123});
            shape.tags.push_back({0x8100, tci});
            frames.push_back(make_frame(context.device().mac, shape));
        }
    }
    return frames;
}

}  // namespace

Result<Ruling> vlan_tags(Context& context, std::uint16_t protocol, bool offload) {
    std::optional<PortChange> on;
    if (offload) {
        auto set = switch_offload_on(context);
        if (!set) return skip(set.error().what);
        on.emplace(std::move(*set));
    }
    const Result<net::PortState> state =
        net::read_state(context.netns(), context.device().name, kOffload);
    const bool hidden = state && state->value == "on";
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.action = model::Action::tx;  // what comes back is what the program saw
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    const packet::Frames frames = tagged_frames(context, protocol);
    XDPBENCH_TRY(Rig rig,
                 Rig::create(context, std::move(program), mode, 3 * frames.size(), kLongest));
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, Place::back));
    const auto lost = loss_text(delivery, frames, Place::back);
    const char* const setting = hidden ? "on" : "off";
    if (!lost) return pass(fmt::format("{} is {}; the tags are in the frames", kOffload, setting));
    if (hidden) return note(fmt::format("{}\n{}", kHidden, *lost));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    return fail(
        fmt::format("{} is {}, but: {}\n{}", kOffload, setting, *lost, counts_text(counts)));
}

Result<Ruling> metadata_to_stack(Context& context) {
    constexpr std::size_t kFrames = 32;
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    ProgramSettings settings;
    settings.function = Function::mark;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    const int ingress = program.ingress_fd();
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 4 * kFrames, kLongest));
    XDPBENCH_TRY(const bpf::IngressProgram reader,
                 bpf::IngressProgram::attach(context.netns(), context.device(), ingress));
    const packet::Frames frames = make_frames(context.device().mac, kFrames, 100);
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, Place::in_stack));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    if (counts.refused > 0)
        return skip(fmt::format("bpf_xdp_adjust_meta() was refused for {} of {}", counts.refused,
                                counted(delivery.sent, "frame")));
    if (const auto lost = loss_text(delivery, frames, Place::in_stack)) return fail(*lost);
    const std::string text =
        fmt::format("{} of {} reached the stack with their 32 bytes of metadata", counts.marked,
                    counts.marked + counts.unmarked);
    return counts.unmarked == 0 && counts.marked > 0 ? pass(text) : fail(text);
}

}  // namespace xdpbench::qualify
