// Redirects to the other port, and from more CPUs than the device has queues.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "net/rings.h"
#include "qualify/counts_text.h"
#include "qualify/delivery.h"
#include "qualify/frames.h"
#include "qualify/port_change.h"
#include "qualify/redirect_cases.h"
#include "qualify/rig.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/placement.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFew = 64;
constexpr std::size_t kLongest = 768;

Ruling judge(Declared declared, const std::optional<std::string>& lost, std::string text) {
    if (lost && declared == Declared::unknown) return fail(std::move(text));
    return judge_declared(declared, !lost, std::move(text));
}

// Frames that arrived at the peer of those that one CPU sent out of the device. A card that loses
// one now and then has three tries.
Result<std::uint64_t> send_from(Context& context, Rig& rig, traffic::Generator& generator,
                                int cpu) {
    constexpr int kTries = 3;
    XDPBENCH_TRY(const traffic::PinnedThread pinned, traffic::PinnedThread::pin(cpu));
    std::uint64_t arrived = 0;
    for (int i = 0; i < kTries && arrived < kFew; ++i) {
        XDPBENCH_CHECK(generator.send(context.netns(), context.device().index, kFew));
        XDPBENCH_TRY(const Arrived taken, rig.take());
        arrived = std::max<std::uint64_t>(arrived, taken.back.size());
    }
    return arrived;
}

// One queue where the device lets its number be set.
Result<std::optional<PortChange>> make_few_queues(const Context& context) {
    if (most_channels(context) < 2) return std::optional<PortChange>();
    Result<PortChange> change = change_channels(context, 1);
    if (change) return std::optional<PortChange>(*std::move(change));
    if (change.error().kind != ErrorKind::unavailable) return change.error();
    return std::optional<PortChange>();
}

std::uint32_t queues_of(const Context& context) {
    const auto channels = net::query_channels(context.netns(), context.device().name);
    return channels ? std::max(channels->combined, channels->tx) : 1;
}

// Some drivers send redirected frames only while they have a program themselves, and declare only
// then that they do (igb_xdp_xmit and igb_xdp_setup of the kernel). Of a veth the rig cares.
Result<std::optional<bpf::XdpLink>> attach_to_other(const Context& context) {
    const bool sends = context.declares(Feature::ndo_xmit, context.peer()) == Declared::yes;
    if (sends || context.peer().driver == "veth") return std::optional<bpf::XdpLink>();
    XDPBENCH_TRY(const CaseProgram empty, CaseProgram::load({}));
    Result<bpf::XdpLink> link =
        bpf::XdpLink::attach(context.netns(), context.peer(), empty.fd(), model::Mode::native);
    if (!link) return std::optional<bpf::XdpLink>();  // it has no native mode
    XDPBENCH_CHECK(await_carriers(context));
    return std::optional<bpf::XdpLink>(std::move(*link));
}

}  // namespace

Result<Ruling> devmap_to_other(Context& context) {
    if (!context.peer_is_here()) return skip("another machine has the other port");
    XDPBENCH_TRY(const std::optional<bpf::XdpLink> other, attach_to_other(context));
    ProgramSettings settings;
    settings.function = Function::to_other;
    settings.target = context.peer().index;
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), mode, 3 * kFew, kLongest));
    const packet::Frames frames = make_frames(context.device().mac, kFew, 500, 4);
    XDPBENCH_TRY(const Delivery delivery, deliver(rig, frames, frames, Place::in_stack));
    XDPBENCH_TRY(const ProgramCounts counts, rig.counts());
    const auto lost = loss_text(delivery, frames, Place::in_stack);
    const std::string text =
        fmt::format("out of {}{} and through the cable into {} again: {}{}", context.peer().name,
                    other ? ", which has a program for that," : "", context.device().name,
                    lost ? *lost + "\n" : std::string(), counts_text(counts));
    const Declared declared = mode == model::Mode::native
                                  ? context.declares(Feature::ndo_xmit, context.peer())
                                  : Declared::unknown;
    return judge(declared, lost, text);
}

Result<Ruling> from_every_cpu(Context& context) {
    if (const auto refused = require_native(context); !refused || *refused)
        return refused ? Result<Ruling>(**refused) : refused.error();
    XDPBENCH_TRY(const std::optional<PortChange> change, make_few_queues(context));
    const std::vector<int> cpus = traffic::allowed_cpus();
    const std::uint32_t queues = queues_of(context);
    if (cpus.size() <= queues)
        return skip(fmt::format("{} and {}: not fewer queues than CPUs", counted(queues, "queue"),
                                counted(cpus.size(), "CPU")));
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load({}));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), model::Mode::native,
                                      3 * kFew * cpus.size(), kLongest));
    XDPBENCH_TRY(traffic::Generator generator,
                 traffic::Generator::create(make_frames(context.peer().mac, kFew, 500, 4)));
    std::vector<std::string> parts;
    std::optional<std::string> lost;
    for (const int cpu : cpus) {
        XDPBENCH_TRY(const std::uint64_t arrived, send_from(context, rig, generator, cpu));
        parts.push_back(fmt::format("CPU {}: {} of {}", cpu, arrived, kFew));
        if (arrived < kFew) lost = parts.back();
    }
    return judge(context.declares(Feature::ndo_xmit), lost,
                 fmt::format("{}, redirected out of {}: {}", counted(queues, "queue"),
                             context.device().name, fmt::join(parts, ", ")));
}

}  // namespace xdpbench::qualify
