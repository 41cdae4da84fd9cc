#include "qualify/rig.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "qualify/frames.h"
#include "traffic/remote_sink.h"

namespace xdpbench::qualify {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kAtOnce = 32;      // half of the smallest receive ring that is common
constexpr std::uint32_t kSurplus = 512;  // frames that may arrive in addition: of others, copies
constexpr auto kStillness = milliseconds(1000);
constexpr auto kShortStillness = milliseconds(200);  // while more frames follow
constexpr auto kLookAgain = milliseconds(1);
constexpr auto kQuiet = milliseconds(60);
constexpr auto kQuietAfterAll = milliseconds(10);
constexpr auto kFirstFrame = std::chrono::seconds(10);
constexpr auto kFirstBack = std::chrono::seconds(3);
constexpr std::uint32_t kProbeNumber = 0xfffffffe;

// A veth takes in no frames that a program on its other end sends, unless it has a program itself
// (veth_xdp_xmit() of the kernel). Others need nothing.
Result<std::unique_ptr<bpf::XdpLink>> open_peer(const Context& context, bool frags) {
    if (context.options().remote) return std::unique_ptr<bpf::XdpLink>();  // it does so itself
    if (context.peer().driver != "veth") return std::unique_ptr<bpf::XdpLink>();
    ProgramSettings settings;
    settings.frags = frags;
    XDPBENCH_TRY(const CaseProgram empty, CaseProgram::load(settings));
    XDPBENCH_TRY(bpf::XdpLink link, bpf::XdpLink::attach(context.netns(), context.peer(),
                                                         empty.fd(), model::Mode::native));
    return std::make_unique<bpf::XdpLink>(std::move(link));
}

// Whether each frame that the program handles leaves by the device again.
bool sends_back(const ProgramSettings& settings) {
    return settings.action == model::Action::tx || settings.function == Function::to_port;
}

Result<std::unique_ptr<traffic::Arrivals>> listen_at_peer(const Context& context,
                                                          traffic::Capture capture, bool frags) {
    constexpr auto kPlace = traffic::SinkPlace::socket;
    if (context.options().remote) {
        XDPBENCH_TRY(traffic::RemoteSink sink,
                     traffic::RemoteSink::attach(context.options().remote, context.peer().name,
                                                 kPlace, capture, frags));
        return std::make_unique<traffic::RemoteSink>(std::move(sink));
    }
    XDPBENCH_TRY(traffic::Sink sink,
                 traffic::Sink::attach(context.netns(), context.peer(), kPlace, capture));
    return std::make_unique<traffic::Sink>(std::move(sink));
}

}  // namespace

Result<milliseconds> await_carriers(const Context& context) {
    XDPBENCH_TRY(milliseconds away, net::await_carrier(context.netns(), context.device()));
    if (context.has_peer()) {
        XDPBENCH_TRY(const milliseconds peer, context.await_peer_carrier());
        away += peer;
    }
    return away;
}

Result<Rig> Rig::create(Context& context, CaseProgram program, model::Mode mode, std::size_t frames,
                        std::size_t longest) {
    XDPBENCH_TRY(std::unique_ptr<bpf::XdpLink> peer_link,
                 open_peer(context, program.settings().frags));
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(context.netns(), context.device(), program.fd(), mode));
    XDPBENCH_TRY(const milliseconds away, await_carriers(context));
    const traffic::Capture capture{static_cast<std::uint32_t>(frames) + kSurplus,
                                   static_cast<std::uint32_t>(longest), false};
    XDPBENCH_TRY(traffic::Sink stack, traffic::Sink::attach(context.netns(), context.device(),
                                                            traffic::SinkPlace::socket, capture));
    XDPBENCH_TRY(std::unique_ptr<traffic::Arrivals> back,
                 listen_at_peer(context, capture, program.settings().frags));
    XDPBENCH_TRY(
        traffic::PeerSocket sender,
        traffic::PeerSocket::open(context.netns(), context.peer(), context.options().remote));
    Rig rig(context, std::move(program), std::move(xdp_link), std::move(stack), std::move(back),
            std::move(sender));
    rig.peer_link_ = std::move(peer_link);
    rig.carrier_wait_ = away;
    XDPBENCH_CHECK(rig.await_first_frame());
    return rig;
}

// A carrier says little about the ring behind it: a driver may still lose frames.
Result<void> Rig::await_first_frame() {
    FrameShape shape;
    shape.number = kProbeNumber;
    const packet::Frames probe{make_frame(context_->device().mac, shape)};
    std::uint64_t sent = 0;
    const auto end = Clock::now() + kFirstFrame;
    for (before_ = {}; before_.handled() == 0;) {
        if (interrupted()) return interrupted_error();
        if (Clock::now() > end)
            return Error{ErrorKind::invalid,
                         fmt::format("none of {} from {} reached the program on {} within {} s",
                                     counted(sent, "frame"), context_->peer().name,
                                     context_->device().name, kFirstFrame.count()),
                         "the driver accepted the program and does not execute it, or the ports "
                         "are not joined",
                         {}};
        XDPBENCH_CHECK(sender_.send(probe));
        ++sent;
        const auto patience = Clock::now() + milliseconds(100);
        while (Clock::now() < patience && before_.handled() == 0) {
            std::this_thread::sleep_for(kLookAgain);
            XDPBENCH_TRY(before_, program_.counts());
        }
    }
    if (sends_back(program_.settings())) XDPBENCH_CHECK(await_first_back(probe));
    std::this_thread::sleep_for(kQuiet);
    XDPBENCH_TRY(before_, program_.counts());
    XDPBENCH_TRY(const Arrived probes, take(kUnknown));
    static_cast<void>(probes);
    return {};
}

// The peer takes frames for others only once it is promiscuous, and some drivers (virtio_net since
// 6.11) see to that in a worker that waits for others. If none comes in time, the case tells.
Result<void> Rig::await_first_back(const packet::Frames& probe) {
    const auto end = Clock::now() + kFirstBack;
    for (std::uint64_t back = 0; back == 0 && Clock::now() < end;) {
        if (interrupted()) return interrupted_error();
        const auto patience = Clock::now() + milliseconds(100);
        while (Clock::now() < patience && back == 0) {
            std::this_thread::sleep_for(kLookAgain);
            XDPBENCH_TRY(back, back_->arrived());
        }
        if (back == 0) XDPBENCH_CHECK(sender_.send(probe));
    }
    return {};
}

Result<ProgramCounts> Rig::counts() const {
    XDPBENCH_TRY(const ProgramCounts now, program_.counts());
    return since(before_, now);
}

Result<void> Rig::settle(milliseconds stillness) {
    auto moved = Clock::now();
    for (std::uint64_t last = 0;;) {
        XDPBENCH_TRY(const ProgramCounts now, counts());
        if (now.handled() + given_up_ >= sent_) return {};
        if (interrupted()) return interrupted_error();
        if (now.handled() != last) moved = Clock::now();
        last = now.handled();
        if (Clock::now() - moved > stillness) {
            given_up_ = sent_ - now.handled();
            return {};
        }
        std::this_thread::sleep_for(kLookAgain);
    }
}

Result<void> Rig::send(const packet::Frames& frames) {
    for (std::size_t first = 0; first < frames.size(); first += kAtOnce) {
        const std::size_t end = std::min(first + kAtOnce, frames.size());
        const packet::Frames some(frames.begin() + static_cast<std::ptrdiff_t>(first),
                                  frames.begin() + static_cast<std::ptrdiff_t>(end));
        XDPBENCH_CHECK(sender_.send(some));
        sent_ += some.size();
        XDPBENCH_CHECK(settle(end < frames.size() ? kShortStillness : kStillness));
    }
    return {};
}

Result<Arrived> Rig::take(std::uint64_t expected) {
    std::uint64_t last = 0;
    const std::uint64_t all = taken_in_stack_ + taken_back_ + expected;
    auto moved = Clock::now();
    while (Clock::now() - moved < (last >= all ? kQuietAfterAll : kQuiet)) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const std::uint64_t in_stack, stack_.arrived());
        XDPBENCH_TRY(const std::uint64_t back, back_->arrived());
        if (in_stack + back != last) moved = Clock::now();
        last = in_stack + back;
        std::this_thread::sleep_for(kLookAgain);
    }
    Arrived arrived;
    XDPBENCH_TRY(packet::Frames in_stack, stack_.captured(taken_in_stack_));
    XDPBENCH_TRY(packet::Frames back, back_->captured(taken_back_));
    taken_in_stack_ += static_cast<std::uint32_t>(in_stack.size());
    taken_back_ += static_cast<std::uint32_t>(back.size());
    arrived.in_stack = only_ours(std::move(in_stack));
    arrived.back = only_ours(std::move(back));
    return arrived;
}

}  // namespace xdpbench::qualify
