// Generators that send together, each from a CPU of its own: at one rate, or as fast as they can.
#pragma once

#include <cstdint>
#include <functional>
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

// Calls `send` with a number of frames until `seconds` have passed: with few of them first, then so
// many that a call takes about 10 ms, so that Ctrl-C is heard soon.
Result<Offer> send_for(double seconds, const std::function<Result<void>(std::uint64_t)>& send);

class GeneratorGroup {
  public:
    // One on each of `cpus` (at least one), each with all of `frames` and beginning with the first.
    static Result<GeneratorGroup> create(const packet::Frames& frames, Pace pace,
                                         std::vector<int> cpus);

    // As Generator::offer, of paced ones: the generators begin at the same time and send the frames
    // of the schedule in turn. One that is held up does not hold up the others. The first one runs
    // in the calling thread.
    Result<JointOffer> offer(const net::NetNs& netns, unsigned ifindex, const Schedule& schedule);

    // Of Pace::flat_out: all send as fast as they can for so long.
    Result<JointOffer> send(const net::NetNs& netns, unsigned ifindex, double seconds);

  private:
    GeneratorGroup(std::vector<int> cpus, net::Network parking)
        : cpus_(std::move(cpus)), parking_(std::move(parking)) {}
    // What each of them does, at the same time, by its number.
    Result<JointOffer> together(const std::function<Result<Offer>(std::size_t)>& work);

    std::vector<int> cpus_;
    net::Network parking_;  // with an idle link for each, where it is parked
    std::vector<Generator> generators_;
};

}  // namespace xdpbench::traffic
