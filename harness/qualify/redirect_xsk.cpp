#include "qualify/redirect_xsk.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "base/text.h"
#include "net/port_queues.h"
#include "qualify/frames.h"
#include "qualify/rig.h"
#include "xsk/socket.h"

namespace xdpbench::qualify {
namespace {

constexpr std::size_t kFrames = 256;
constexpr std::uint16_t kFlows = 64;  // enough for receive hashing to reach every queue
constexpr std::size_t kLength = 300;
constexpr int kTries = 3;  // a frame that the port loses now and then is no fault of this case
constexpr xsk::RingSizes kRings{512, 512};

// One for each queue, in the program's map.
Result<std::vector<xsk::Socket>> open_sockets(const Context& context, const CaseProgram& program,
                                              model::XskMode mode) {
    std::vector<xsk::Socket> sockets;
    for (std::uint32_t queue = 0;
         queue < net::receive_queues(context.netns(), context.device().name); ++queue) {
        XDPBENCH_TRY(xsk::Socket socket,
                     xsk::Socket::open(context.netns(), context.device(), queue, mode, kRings));
        const int fd = socket.fd();
        if (::bpf_map_update_elem(program.sockets_fd(), &queue, &fd, BPF_ANY) != 0)
            return system_error(
                fmt::format("cannot put the AF_XDP socket of queue {} into the map", queue), errno);
        sockets.push_back(std::move(socket));
    }
    return sockets;
}

// What arrived at the sockets of all queues.
struct Taken {
    std::vector<std::uint64_t> each;  // frames, by queue
    std::uint64_t frames = 0;
    std::uint64_t dropped = 0;
    packet::Frames kept;
};

Result<void> take(std::vector<xsk::Socket>& sockets, Taken& taken) {
    taken.each.resize(sockets.size());
    taken.dropped = 0;
    for (std::size_t queue = 0; queue < sockets.size(); ++queue) {
        xsk::Keep keep{kFrames * kTries, {}};
        taken.each[queue] += sockets[queue].receive(keep);
        XDPBENCH_TRY(const xsk::RingDrops drops, sockets[queue].drops());
        taken.dropped += drops.sum();
        taken.frames += keep.frames.size();
        taken.kept.insert(taken.kept.end(), keep.frames.begin(), keep.frames.end());
    }
    return {};
}

packet::Frames missing_of(const packet::Frames& frames, const packet::Frames& arrived) {
    packet::Frames missing;
    for (const packet::Frame& frame : frames) {
        const bool there =
            std::any_of(arrived.begin(), arrived.end(),
                        [&](const packet::Frame& one) { return arrived_as(frame, one); });
        if (!there) missing.push_back(frame);
    }
    return missing;
}

// Sends until all have arrived, a few times at most. Returns those that have not.
Result<packet::Frames> deliver_to(Rig& rig, std::vector<xsk::Socket>& sockets,
                                  const packet::Frames& frames, Taken& taken) {
    packet::Frames missing = frames;
    for (int once = 0; once < kTries && !missing.empty(); ++once) {
        XDPBENCH_CHECK(rig.send(missing));
        XDPBENCH_TRY(const Arrived elsewhere, rig.take());  // waits until nothing comes
        static_cast<void>(elsewhere);
        XDPBENCH_CHECK(take(sockets, taken));
        missing = missing_of(frames, taken.kept);
    }
    return missing;
}

std::string queues_text(const Taken& taken) {
    std::string text;
    for (std::size_t queue = 0; queue < taken.each.size(); ++queue)
        text += fmt::format("{}queue {}: {}", text.empty() ? "" : ", ", queue,
                            thousands(taken.each[queue]));
    return text;
}

// Why what arrived is not what was sent; empty if it is.
std::string fault(const packet::Frames& missing, const Taken& taken, std::uint64_t redirected,
                  const packet::Frames& sent) {
    if (!missing.empty())
        return fmt::format("{} of {} did not arrive unchanged\n", counted(missing.size(), "frame"),
                           thousands(sent.size()));
    if (redirected == taken.frames + taken.dropped) return {};
    return fmt::format("the program redirected {}, but {} arrived and the rings dropped {}\n",
                       counted(redirected, "frame"), thousands(taken.frames),
                       thousands(taken.dropped));
}

Result<Ruling> judge_mode(Context& context, Rig& rig, std::vector<xsk::Socket>& sockets,
                          model::XskMode mode) {
    for (const xsk::Socket& socket : sockets) {
        if (socket.bound() != mode)
            return fail(fmt::format("queue {}: asked for {}, bound in {} mode", socket.queue(),
                                    model::name_of(mode), model::name_of(socket.bound())));
    }
    // Binding resets the port of some drivers.
    XDPBENCH_CHECK(await_carriers(context));
    XDPBENCH_TRY(const ProgramCounts before, rig.counts());
    const packet::Frames frames = make_frames(context.device().mac, kFrames, kLength, kFlows);
    Taken taken;
    XDPBENCH_TRY(const packet::Frames missing, deliver_to(rig, sockets, frames, taken));
    XDPBENCH_TRY(const ProgramCounts now, rig.counts());
    const std::uint64_t redirected =
        since(before, now).actions.at(static_cast<std::size_t>(model::Action::redirect));
    const std::string wrong = fault(missing, taken, redirected, frames);
    const std::string text = fmt::format("{}{} mode with need-wakeup; {}", wrong,
                                         model::name_of(mode), queues_text(taken));
    return wrong.empty() ? pass(text) : fail(text);
}

Result<Ruling> to_sockets(Context& context, model::XskMode mode, Declared declared) {
    XDPBENCH_TRY(const model::Mode attach_mode, context.mode());
    ProgramSettings settings;
    settings.function = Function::to_socket;
    XDPBENCH_TRY(CaseProgram program, CaseProgram::load(settings));
    XDPBENCH_TRY(Rig rig, Rig::create(context, std::move(program), attach_mode, kFrames, kLength));
    Result<std::vector<xsk::Socket>> sockets = open_sockets(context, rig.program(), mode);
    if (!sockets) {
        if (sockets.error().kind != ErrorKind::unavailable) return sockets.error();
        return judge_declared(declared, false, sockets.error().text());
    }
    XDPBENCH_TRY(Ruling ruling, judge_mode(context, rig, *sockets, mode));
    if (ruling.finding != model::Finding::pass) return ruling;
    return judge_declared(declared, true, std::move(ruling.text));
}

}  // namespace

// Every driver can: the kernel does it.
Result<Ruling> xsk_copy(Context& context) {
    return to_sockets(context, model::XskMode::copy, Declared::unknown);
}

Result<Ruling> xsk_zero_copy(Context& context) {
    return to_sockets(context, model::XskMode::zero_copy, context.declares(Feature::xsk_zerocopy));
}

}  // namespace xdpbench::qualify
