#include "engine/follower.h"

#include <fmt/format.h>

#include "traffic/frame_map.h"

namespace xdpbench {
namespace {}  // namespace

const char* end_text(End end) {
    switch (end) {
        case End::tester:
            return "came back";
        case End::stack:
            return "reached the stack";
        case End::far:
            return "reached the far end";
        case End::nowhere:
            break;
    }
    return "arrived nowhere";
}

std::string Fate::text() const {
    return action ? fmt::format("{}, {}", action_name(*action), end_text(end)) : end_text(end);
}

Result<std::unique_ptr<Follower>> Follower::create(const Subject& subject, const Frames& frames,
                                                   Mode mode, const Configuration& extra) {
    const auto longest = static_cast<std::uint32_t>(longest_of(frames));
    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    XDPBENCH_TRY(Topology topology, Topology::create(1, longest, topology_of(subject)));
    XDPBENCH_TRY(Program program, load_program(subject, topology, extra));
    std::unique_ptr<Follower> follower(
        new Follower(std::move(generator), std::move(topology), std::move(program)));
    const Capture capture{static_cast<std::uint32_t>(frames.size()), longest + kCaptureGrowth};
    XDPBENCH_TRY(EquippedLane lane,
                 EquippedLane::create(follower->topology_, 0, &follower->program_,
                                      follower->program_.fd(), mode, capture));
    XDPBENCH_CHECK(lane.watch_redirects());
    follower->lane_.emplace(std::move(lane));
    return follower;
}

Result<Fate> Follower::send_next() {
    XDPBENCH_TRY(const LaneCounts before, lane_->read());
    XDPBENCH_CHECK(generator_.send(topology_.tester, lane_->tester().index, 1));
    XDPBENCH_TRY(const LaneCounts counts, settled(*lane_, before, 1));
    Fate fate;
    for (std::size_t i = 0; lane_->counted_by_program() && i < counts.actions.size(); ++i) {
        if (counts.actions[i] != 0) fate.action = static_cast<Action>(i);
    }
    for (const Seen& seen : ends()) {
        if (seen.sink == nullptr) continue;
        XDPBENCH_TRY(Frames arrived, seen.sink->captured(*seen.frames));
        if (arrived.empty()) continue;
        *seen.frames += static_cast<std::uint32_t>(arrived.size());
        fate.end = seen.end;
        fate.frame = std::move(arrived.front());
    }
    return fate;
}

std::array<Follower::Seen, 3> Follower::ends() {
    return {Seen{End::tester, &lane_->tester_sink(), &seen_[0]},
            Seen{End::stack, &lane_->stack_sink(), &seen_[1]},
            Seen{End::far, lane_->far_sink(), &seen_[2]}};
}

}  // namespace xdpbench
