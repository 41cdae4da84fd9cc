#include "traffic/frame_sender.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "traffic/frame_map.h"

namespace xdpbench::traffic {
namespace {

// The frames are loaded by the other side, to be sent from the first one on.
Result<void> load_remotely(remote::Session& session, const packet::Frames& frames) {
    remote::Request request;
    request.command = remote::Command::traffic;
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
        request.traffic.push_back(frames[i]);
        bytes += frames[i].bytes.size();
        if (bytes < remote::kFrameBytesOfLine && i + 1 < frames.size()) continue;
        XDPBENCH_CHECK(session.ask(request));
        request.traffic.clear();
        request.more = true;
        bytes = 0;
    }
    return {};
}

// That are due; of one that is flat out no number that ends it.
std::uint64_t frames_of(const Schedule& schedule) {
    constexpr auto kMost = static_cast<double>(remote::kMostFrames);
    if (schedule.rate == kFlatOut) return remote::kMostFrames;
    const double frames = std::ceil(std::min(schedule.rate, kHighestRate) * schedule.seconds);
    return static_cast<std::uint64_t>(std::clamp(frames, 1.0, kMost));
}

}  // namespace

FrameSender FrameSender::of(Generator generator) {
    FrameSender sender;
    sender.generator_.emplace(std::move(generator));
    return sender;
}

Result<FrameSender> FrameSender::create(const packet::Frames& frames,
                                        std::shared_ptr<remote::Session> session,
                                        std::vector<int> cpus) {
    if (!session) {
        XDPBENCH_TRY(Generator generator, Generator::create(frames));
        return of(std::move(generator));
    }
    FrameSender sender;
    XDPBENCH_CHECK(Generator::require_sendable(frames));
    XDPBENCH_CHECK(load_remotely(*session, frames));
    sender.session_ = std::move(session);
    sender.frames_ = frames.size();
    sender.cpus_ = std::move(cpus);
    return sender;
}

Result<void> FrameSender::park(const net::NetNs& netns, const net::InterfaceInfo& idle) {
    return generator_ ? generator_->park(netns, idle) : Result<void>();
}

std::uint64_t FrameSender::next_frame() const {
    return generator_ ? generator_->next_frame() : sent_ % frames_;
}

Result<void> FrameSender::send(const net::Network& network, const net::InterfaceInfo& tester,
                               std::uint64_t count) {
    if (generator_) return generator_->send(network.tester, tester.index, count);
    remote::Request request;
    request.command = remote::Command::send;
    request.interface = tester.name;
    request.frames = count;
    XDPBENCH_TRY(const remote::Reply reply, session_->ask(request));
    const std::uint64_t sent = reply.sent ? reply.sent->frames : 0;
    sent_ += sent;
    if (sent == count) return {};
    return Error{ErrorKind::system,
                 fmt::format("{} sent {} of {} frames in {} s", session_->place().text(), sent,
                             count, request.seconds),
                 {},
                 {}};
}

Result<JointOffer> FrameSender::offer(const net::InterfaceInfo& tester, const Schedule& schedule) {
    remote::Request request;
    request.command = remote::Command::send;
    request.interface = tester.name;
    request.rate = std::min(schedule.rate, kHighestRate);
    request.seconds = schedule.seconds;
    request.cpus = cpus_;
    if (cpus_.empty()) request.frames = frames_of(schedule);
    JointOffer offer;
    offer.first_frame = sent_ % frames_;
    XDPBENCH_TRY(const remote::Reply reply, session_->ask(request));
    const remote::Sent sent = reply.sent.value_or(remote::Sent{});
    offer.frames = sent.frames;
    offer.seconds = std::max(schedule.seconds, sent.seconds);
    offer.worst_lag = sent.worst_lag;
    if (sent.first_each.size() != cpus_.size())
        return Error{ErrorKind::system,
                     fmt::format("{} sent from {}, not from {}", session_->place().text(),
                                 counted(sent.first_each.size(), "CPU"), cpus_.size()),
                     {},
                     {}};
    for (std::size_t i = 0; i < cpus_.size(); ++i)
        offer.each.push_back({sent.first_each[i], sent.frames_each[i], offer.seconds, 0});
    if (cpus_.empty()) offer.each = {offer};
    sent_ += sent.frames;
    return offer;
}

}  // namespace xdpbench::traffic
