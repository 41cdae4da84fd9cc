#include "qualify/speed_rig.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "net/port_network.h"
#include "probe/attach_modes.h"
#include "qualify/frames.h"
#include "qualify/rig.h"
#include "testbed/port_losses.h"
#include "traffic/generator.h"
#include "traffic/generator_group.h"
#include "traffic/generator_maximum.h"

namespace xdpbench::qualify {
namespace {

using std::chrono::milliseconds;

constexpr auto kStillness = milliseconds(100);
constexpr auto kLookAgain = milliseconds(1);
constexpr auto kFirstFrame = std::chrono::seconds(10);
constexpr auto kPatience = std::chrono::seconds(5);  // after the last frame was sent

// Native XDP where the peer has it: a veth takes in redirected frames only then, and frames that
// come back cost least.
Result<traffic::Sink> sink_at_peer(const Context& context) {
    Result<traffic::Sink> sink =
        traffic::Sink::attach(context.netns(), context.peer(), traffic::SinkPlace::interface);
    if (sink) return sink;
    return traffic::Sink::attach(context.netns(), context.peer(), traffic::SinkPlace::socket);
}

// The generator's frames are redirected ones. Before 6.3 no kernel declares which driver sends
// those: one without native XDP does not.
Result<void> require_sender(const Context& context) {
    if (context.declares(Feature::ndo_xmit, context.peer()) != Declared::unknown) return {};
    const auto tried = probe::try_mode(context.netns(), context.peer(), model::Mode::native);
    if (tried || tried.error().kind == ErrorKind::interrupted) return {};
    return unavailable_error(
        fmt::format("{} cannot send the generator's frames: its driver {} has no native XDP",
                    context.peer().name, context.peer().driver),
        {}, "use a port of another driver as --peer");
}

}  // namespace

Result<SpeedRig> SpeedRig::create(Context& context, CaseProgram program) {
    XDPBENCH_TRY(const model::Mode mode, context.mode());
    XDPBENCH_CHECK(require_sender(context));
    XDPBENCH_TRY(traffic::Sink back, sink_at_peer(context));
    XDPBENCH_TRY(traffic::Sink stack, traffic::Sink::attach(context.netns(), context.device(),
                                                            traffic::SinkPlace::socket));
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(context.netns(), context.device(), program.fd(), mode));
    XDPBENCH_CHECK(await_carriers(context));
    XDPBENCH_CHECK(net::require_sends_redirected(context.netns(), context.peer(),
                                                 "use a port of another driver as --peer"));
    SpeedRig rig(context, std::move(program), std::move(xdp_link), std::move(stack),
                 std::move(back));
    XDPBENCH_CHECK(rig.await_first_frame());
    XDPBENCH_TRY(rig.losses_before_,
                 testbed::read_port_losses(context.netns(), context.device().name));
    return rig;
}

Result<SpeedRig::Seen> SpeedRig::look() const {
    XDPBENCH_TRY(const ProgramCounts counts, program_.counts());
    XDPBENCH_TRY(const std::uint64_t in_stack, stack_.arrived());
    XDPBENCH_TRY(const std::uint64_t back, back_.arrived());
    return Seen{counts.handled(), in_stack + back};
}

Result<void> SpeedRig::await_first_frame() {
    const packet::Frames probe = make_frames(context_->device().mac, 1, kShortestFrame);
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(probe));
    XDPBENCH_TRY(const Seen before, look());
    const auto end = Clock::now() + kFirstFrame;
    while (Clock::now() < end) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_CHECK(generator.send(context_->netns(), context_->peer().index, 1));
        std::this_thread::sleep_for(milliseconds(50));
        XDPBENCH_TRY(const Seen now, look());
        if (now.handled > before.handled) return {};
    }
    return Error{
        ErrorKind::invalid,
        fmt::format("no frame of the generator on {} reached the program on {} within {} s",
                    context_->peer().name, context_->device().name, kFirstFrame.count()),
        fmt::format("the driver {} does not send redirected frames, or the ports are not "
                    "joined",
                    context_->peer().driver),
        {}};
}

Result<RateCounts> SpeedRig::run(const packet::Frames& frames, const std::vector<int>& cpus,
                                 double seconds) {
    XDPBENCH_TRY(traffic::GeneratorGroup generators,
                 traffic::GeneratorGroup::create(frames, traffic::Pace::flat_out, cpus));
    RateCounts counts;
    XDPBENCH_TRY(const Seen before, look());
    const std::string& peer = context_->peer().name;
    XDPBENCH_TRY(const std::uint64_t refused, traffic::refused_by_port(context_->netns(), peer));
    const auto start = Clock::now();
    XDPBENCH_TRY(const traffic::JointOffer offer,
                 generators.send(context_->netns(), context_->peer().index, seconds));
    counts.sent = offer.frames;
    counts.send_seconds = offer.seconds;
    Seen last = before;
    auto moved = Clock::now();
    const auto end = moved + kPatience;
    while (Clock::now() - moved < kStillness) {
        if (interrupted()) return interrupted_error();
        if (Clock::now() > end)
            return Error{ErrorKind::invalid,
                         fmt::format("frames still arrive at {} {} s after the last one was sent",
                                     context_->device().name, kPatience.count()),
                         "others send to this port too", "join the two ports directly"};
        XDPBENCH_TRY(const Seen now, look());
        if (now.handled != last.handled || now.arrived != last.arrived) {
            last = now;
            moved = Clock::now();
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    counts.seconds = std::chrono::duration<double>(moved - start).count();
    counts.handled = last.handled - before.handled;
    counts.arrived = last.arrived - before.arrived;
    XDPBENCH_TRY(const std::uint64_t refused_now,
                 traffic::refused_by_port(context_->netns(), peer));
    counts.not_sent_by_peer = refused_now - std::min(refused, refused_now);
    if (counts.handled <= counts.sent) return counts;
    return Error{ErrorKind::invalid,
                 fmt::format("{} sent, but the program handled {}", counted(counts.sent, "frame"),
                             thousands(counts.handled)),
                 "something else sends on this cable",
                 {}};
}

Result<std::map<std::string, std::uint64_t>> SpeedRig::discards() const {
    XDPBENCH_TRY(auto now, testbed::read_port_losses(context_->netns(), context_->device().name));
    for (auto& [name, value] : now) {
        const auto before = losses_before_.find(name);
        value -= before == losses_before_.end() ? 0 : std::min(value, before->second);
    }
    std::erase_if(now, [](const auto& counter) { return counter.second == 0; });
    return now;
}

}  // namespace xdpbench::qualify
