#include "traffic/paced_generators.h"

#include <algorithm>
#include <utility>

#include "traffic/side_by_side.h"

namespace xdpbench::traffic {

Result<PacedGenerators> PacedGenerators::create(const packet::Frames& frames, Pace pace,
                                                std::vector<int> cpus) {
    // An interface takes one program natively, so that each generator needs one to be parked on.
    XDPBENCH_TRY(net::Network parking, net::Network::create(cpus.size(), 0));
    PacedGenerators generators(std::move(cpus), std::move(parking));
    for (const net::Link& link : generators.parking_.links) {
        XDPBENCH_TRY(Generator generator, Generator::create(frames, pace));
        XDPBENCH_CHECK(generator.park(generators.parking_.tester, link.tester));
        generators.generators_.push_back(std::move(generator));
    }
    return generators;
}

Result<JointOffer> PacedGenerators::offer(const net::NetNs& netns, unsigned ifindex,
                                          const Schedule& schedule) {
    std::vector<Offer> offers(cpus_.size());
    XDPBENCH_CHECK(side_by_side(cpus_, [&](std::size_t i) -> Result<void> {
        XDPBENCH_TRY(offers[i], generators_[i].offer(netns, ifindex, schedule, {i, cpus_.size()}));
        return {};
    }));
    JointOffer together;
    for (const Offer& offer : offers) {
        together.frames += offer.frames;
        together.seconds = std::max(together.seconds, offer.seconds);
        together.worst_lag = std::max(together.worst_lag, offer.worst_lag);
    }
    together.each = std::move(offers);
    return together;
}

}  // namespace xdpbench::traffic
