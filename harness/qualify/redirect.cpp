// Group redirect: through maps to ports and CPUs.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "qualify/case.h"
#include "qualify/counts_text.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/redirect_cases.h"
#include "qualify/redirect_xsk.h"
#include "qualify/rig.h"
#include "traffic/placement.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFew = 64;
constexpr std::size_t kLongest = 768;

packet::Frames some_frames(const Context& context) {
    return make_frames(context.device().mac, kFew, 500, 4);
}

// What the frames that were redirected came to. `declared`: whether the driver says it can.
Result<Ruling> arrive(Context& context, const ProgramSettings& settings, Place place,
                      Feature feature) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 3 * kFew, kLongest));
    const packet::Frames frames = some_frames(context);
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, place));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    const Declared declared =
        mode == model::Mode::native ? context.declares(feature) : Declared::unknown;
    const auto lost = loss_text(delivery, frames, place);
    std::string text = lost ? *lost + "\n" + counts_text(counts) : counts_text(counts);
    if (lost && declared == Declared::unknown) return fail(text);
    return judge_declared(declared, !lost, std::move(text));
}

Result<Ruling> devmap_to_itself(Context& context) {
    ProgramSettings settings;
    settings.function = Function::to_port;
    settings.target = context.device().index;
    return arrive(context, settings, Place::back, Feature::ndo_xmit);
}

Result<Ruling> cpumap(Context& context) {
    std::string text;
    for (const int cpu : traffic::allowed_cpus()) {
        ProgramSettings settings;
        settings.function = Function::to_cpu;
        settings.target = static_cast<unsigned>(cpu);
        XDPBENCH_TRY(const Ruling ruling,
                     arrive(context, settings, Place::in_stack, Feature::redirect));
        if (ruling.finding != model::Finding::pass) return ruling;
        text += fmt::format("{}CPU {}", text.empty() ? "all arrived through " : ", ", cpu);
    }
    return pass(text);
}

constexpr const char* kGroup = "redirect";

constexpr std::array kCases{
    CaseEntry{kGroup, "devmap_itself", Needs::two_ports, devmap_to_itself},
    CaseEntry{kGroup, "devmap_other", Needs::two_ports, devmap_to_other},
    CaseEntry{kGroup, "devmap_few_queues", Needs::two_ports, from_every_cpu},
    CaseEntry{kGroup, "cpumap", Needs::two_ports, cpumap},
    CaseEntry{kGroup, "xsk_copy", Needs::two_ports, xsk_copy},
    CaseEntry{kGroup, "xsk_zero_copy", Needs::two_ports, xsk_zero_copy},
};

}  // namespace

std::span<const CaseEntry> redirect_cases() { return kCases; }

}  // namespace xdpbench::qualify
