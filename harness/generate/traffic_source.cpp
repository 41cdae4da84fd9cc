#include "generate/traffic_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <iterator>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/wait.h"
#include "packet/pcap.h"
#include "packet/reshape.h"

namespace xdpbench::generate {
namespace {

constexpr std::uint64_t kAtOnce = 65'536;  // frames of one call: some 50 ms
constexpr std::size_t kBySocket = 32;      // frames between two looks at the clock

// As many flows as asked for, of the length asked for.
Result<packet::Frames> shaped(packet::Frames frames, std::size_t length, std::size_t flows) {
    if (length > 0) {
        for (packet::Frame& frame : frames) {
            XDPBENCH_TRY(frame, packet::resized(frame, length));
        }
    }
    if (flows == 0 || frames.empty()) return frames;
    packet::Frames all;
    all.reserve(flows);
    for (std::size_t flow = 0; flow < flows; ++flow) {
        const packet::Frame& one = frames[flow % frames.size()];
        XDPBENCH_TRY(packet::Frame frame, packet::in_flow(one, static_cast<std::uint32_t>(flow)));
        all.push_back(std::move(frame));
    }
    return all;
}

}  // namespace

Result<std::uint64_t> TrafficSource::load(const remote::Request& request) {
    packet::Frames frames = request.traffic;
    if (!request.pcap.empty()) {
        XDPBENCH_TRY(frames, packet::read_frames(request.pcap));
    }
    XDPBENCH_TRY(frames, shaped(std::move(frames), request.length, request.flows));
    if (!request.more) frames_.clear();
    std::move(frames.begin(), frames.end(), std::back_inserter(frames_));
    fast_.reset();
    paced_.reset();
    group_.reset();
    socket_next_ = 0;
    return frames_.size();
}

Result<traffic::Generator*> TrafficSource::generator(bool paced) {
    std::optional<traffic::Generator>& wanted = paced ? paced_ : fast_;
    if (wanted) return &*wanted;
    const traffic::Pace pace = paced ? traffic::Pace::paced : traffic::Pace::flat_out;
    XDPBENCH_TRY(traffic::Generator made, traffic::Generator::create(frames_, pace));
    (paced ? fast_ : paced_).reset();  // the idle interface takes one
    wanted.reset();
    XDPBENCH_TRY(net::Network network, net::Network::create(0, 0));
    parking_ = std::make_unique<net::Network>(std::move(network));
    XDPBENCH_CHECK(made.park(parking_->tester, parking_->parking));
    wanted.emplace(std::move(made));
    return &*wanted;
}

Result<remote::Sent> TrafficSource::send_fast(const net::NetNs& netns,
                                              const net::InterfaceInfo& port,
                                              const remote::Request& request,
                                              std::uint64_t frames) {
    XDPBENCH_TRY(traffic::Generator* const source, generator(false));
    const Clock::time_point start = Clock::now();
    remote::Sent sent;
    while (sent.frames < frames && seconds_since(start) < request.seconds) {
        const std::uint64_t part = std::min(kAtOnce, frames - sent.frames);
        XDPBENCH_CHECK(source->send(netns, port.index, part));
        sent.frames += part;
    }
    sent.seconds = seconds_since(start);
    return sent;
}

Result<remote::Sent> TrafficSource::send_paced(const net::NetNs& netns,
                                               const net::InterfaceInfo& port,
                                               const remote::Request& request,
                                               std::uint64_t frames) {
    XDPBENCH_TRY(traffic::Generator* const source, generator(true));
    // Half a frame less than the next one is due: it is not sent.
    const double all = (static_cast<double>(frames) - 0.5) / request.rate;
    const traffic::Schedule schedule{request.rate, std::min(request.seconds, all), 0};
    XDPBENCH_TRY(const traffic::Offer offer, source->offer(netns, port.index, schedule));
    return remote::Sent{offer.frames, offer.seconds, offer.worst_lag, {}, {}};
}

Result<remote::Sent> TrafficSource::send_together(const net::NetNs& netns,
                                                  const net::InterfaceInfo& port,
                                                  const remote::Request& request) {
    const bool paced = request.rate > 0;
    const traffic::Pace pace = paced ? traffic::Pace::paced : traffic::Pace::flat_out;
    if (!group_ || group_pace_ != pace || group_cpus_ != request.cpus) {
        group_.reset();
        XDPBENCH_TRY(traffic::GeneratorGroup made,
                     traffic::GeneratorGroup::create(frames_, pace, request.cpus));
        group_.emplace(std::move(made));
        group_pace_ = pace;
        group_cpus_ = request.cpus;
    }
    XDPBENCH_TRY(const traffic::JointOffer offer,
                 paced ? group_->offer(netns, port.index, {request.rate, request.seconds, 0})
                       : group_->send(netns, port.index, request.seconds));
    remote::Sent sent{offer.frames, offer.seconds, offer.worst_lag, {}, {}};
    for (const traffic::Offer& one : offer.each) {
        sent.first_each.push_back(one.first_frame);
        sent.frames_each.push_back(one.frames);
    }
    return sent;
}

// A rate is kept between groups of frames, each sent at once.
Result<remote::Sent> TrafficSource::send_by_socket(const net::NetNs& netns,
                                                   const net::InterfaceInfo& port,
                                                   const remote::Request& request,
                                                   std::uint64_t frames) {
    if (!socket_ || socket_port_ != port.index) {
        XDPBENCH_TRY(traffic::PacketSocket opened, traffic::PacketSocket::open(netns, port));
        socket_.emplace(std::move(opened));
        socket_port_ = port.index;
    }
    const Clock::time_point start = Clock::now();
    remote::Sent sent;
    while (sent.frames < frames && seconds_since(start) < request.seconds) {
        const double due = request.rate == 0 ? 0 : static_cast<double>(sent.frames) / request.rate;
        if (due > request.seconds) break;
        XDPBENCH_CHECK(wait_until(start + std::chrono::duration_cast<Clock::duration>(
                                              std::chrono::duration<double>(due))));
        if (interrupted()) return interrupted_error();
        packet::Frames some;
        const std::uint64_t group = request.rate == 0 ? kBySocket : 1;
        for (; some.size() < std::min(group, frames - sent.frames); ++socket_next_)
            some.push_back(frames_[socket_next_ % frames_.size()]);
        XDPBENCH_CHECK(socket_->send(some));
        sent.frames += some.size();
    }
    sent.seconds = seconds_since(start);
    return sent;
}

Result<remote::Sent> TrafficSource::send(const net::NetNs& netns, const net::InterfaceInfo& port,
                                         const remote::Request& request) {
    if (!request.pcap.empty() || !request.traffic.empty()) XDPBENCH_CHECK(load(request));
    if (frames_.empty())
        return input_error("there is no traffic to send",
                           R"(give "pcap" or "traffic", or load it first with "traffic")");
    if (!request.cpus.empty()) return send_together(netns, port, request);
    const std::uint64_t frames = request.frames.value_or(frames_.size());
    if (frames == 0) return remote::Sent{};
    if (request.through == remote::Through::socket)
        return send_by_socket(netns, port, request, frames);
    return request.rate > 0 ? send_paced(netns, port, request, frames)
                            : send_fast(netns, port, request, frames);
}

}  // namespace xdpbench::generate
