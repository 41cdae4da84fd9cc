// Paced generators that offer one rate together, each from a CPU of its own.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/network.h"
#include "packet/frame.h"
#include "traffic/generator.h"

namespace xdpbench::traffic {

// What all of them did: frames are the sum, seconds and lag those of the worst; the first frame
// says nothing.
struct JointOffer : Offer {
    std::vector<Offer> each;  // in the order of their CPUs
};

class PacedGenerators {
  public:
    // One on each of `cpus` (at least one), each with all of `frames` and beginning with the first.
    static Result<PacedGenerators> create(const packet::Frames& frames, Pace pace,
                                          std::vector<int> cpus);

    // As Generator::offer: the generators begin at the same time and send the frames of the
    // schedule in turn. One that is held up does not hold up the others. The first one runs in the
    // calling thread.
    Result<JointOffer> offer(const net::NetNs& netns, unsigned ifindex, const Schedule& schedule);

  private:
    PacedGenerators(std::vector<int> cpus, net::Network parking)
        : cpus_(std::move(cpus)), parking_(std::move(parking)) {}

    std::vector<int> cpus_;
    net::Network parking_;  // with an idle link for each, where it is parked
    std::vector<Generator> generators_;
};

}  // namespace xdpbench::traffic
