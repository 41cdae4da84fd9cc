#include "traffic/generator_group.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "traffic/side_by_side.h"

namespace xdpbench::traffic {

Result<Offer> send_for(double seconds, const std::function<Result<void>(std::uint64_t)>& send) {
    constexpr std::uint64_t kFewest = 256;
    constexpr std::uint64_t kMost = 1U << 18U;
    constexpr double kCallSeconds = 0.01;
    Offer offer;
    const auto start = Clock::now();
    for (std::uint64_t frames = kFewest; seconds_since(start) < seconds;) {
        const auto begun = Clock::now();
        XDPBENCH_CHECK(send(frames));
        offer.frames += frames;
        if (seconds_since(begun) < kCallSeconds) frames = std::min(2 * frames, kMost);
    }
    offer.seconds = seconds_since(start);
    return offer;
}

Result<GeneratorGroup> GeneratorGroup::create(const packet::Frames& frames, Pace pace,
                                              std::vector<int> cpus) {
    // An interface takes one program natively, so that each generator needs one to be parked on.
    XDPBENCH_TRY(net::Network parking, net::Network::create(cpus.size(), 0));
    GeneratorGroup group(std::move(cpus), std::move(parking));
    for (const net::Link& link : group.parking_.links) {
        XDPBENCH_TRY(Generator generator, Generator::create(frames, pace));
        XDPBENCH_CHECK(generator.park(group.parking_.tester, link.tester));
        group.generators_.push_back(std::move(generator));
    }
    return group;
}

Result<JointOffer> GeneratorGroup::together(const std::function<Result<Offer>(std::size_t)>& work) {
    std::vector<Offer> offers(cpus_.size());
    XDPBENCH_CHECK(side_by_side(cpus_, [&](std::size_t i) -> Result<void> {
        XDPBENCH_TRY(offers[i], work(i));
        return {};
    }));
    JointOffer joint;
    for (const Offer& offer : offers) {
        joint.frames += offer.frames;
        joint.seconds = std::max(joint.seconds, offer.seconds);
        joint.worst_lag = std::max(joint.worst_lag, offer.worst_lag);
    }
    joint.each = std::move(offers);
    return joint;
}

Result<JointOffer> GeneratorGroup::offer(const net::NetNs& netns, unsigned ifindex,
                                         const Schedule& schedule) {
    return together([&](std::size_t i) {
        return generators_[i].offer(netns, ifindex, schedule, {i, cpus_.size()});
    });
}

Result<JointOffer> GeneratorGroup::send(const net::NetNs& netns, unsigned ifindex, double seconds) {
    return together([&](std::size_t i) -> Result<Offer> {
        const std::uint64_t first = generators_[i].next_frame();
        XDPBENCH_TRY(Offer offer, send_for(seconds, [&](std::uint64_t frames) {
                         return generators_[i].send(netns, ifindex, frames);
                     }));
        offer.first_frame = first;
        return offer;
    });
}

}  // namespace xdpbench::traffic
