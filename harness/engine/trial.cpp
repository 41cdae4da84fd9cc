#include "engine/trial.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

#include "base/text.h"
#include "engine/bench.h"
#include "engine/empty_program.h"
#include "engine/veth_bench.h"
#include "kernel/environment.h"
#include "kernel/test_run.h"
#include "traffic/frame_map.h"
#include "traffic/placement.h"
#include "traffic/stamped_frames.h"

namespace xdpbench {
namespace {

// Where generator and program share a CPU a burst overflows nothing: the program has its turn after
// every batch. So a scheduler's time slice or two that others took is made up for.
constexpr double kMadeUpSeconds = 0.02;

// Frames that end in the program arrive nowhere.
Result<void> require_arrivals(const Paths& paths) {
    const bool ends = paths.action == Action::drop || paths.action == Action::aborted;
    if (!ends || paths.mixed) return {};
    return unavailable_error(
        fmt::format("{} ends the frame in the program", action_name(paths.action)),
        "nothing arrives whose latency could be measured");
}

// A time stamp must not change what the program does with a frame: with two times, of which the
// words have nothing in common.
Result<void> require_same_paths(const Subject& subject, const Frames& frames, const Paths& paths) {
    for (const std::uint64_t now : {0x0000'5a5a'a5a5'0f0fULL, 0x0000'a5a5'5a5a'f0f0ULL}) {
        const Result<Paths> found = find_paths(subject, stamped(frames, now));
        if (!found) return found.error().in("with a time stamp at the end of every frame");
        const auto [before, after] =
            std::mismatch(paths.returned.begin(), paths.returned.end(), found->returned.begin());
        if (before == paths.returned.end()) continue;
        return Error{ErrorKind::invalid,
                     fmt::format("frame {} of {} takes {}, but {} with a time stamp at its end",
                                 before - paths.returned.begin(), bench_traffic(subject).text,
                                 returned_text(*before), returned_text(*after)),
                     "the program looks at the payload or at the frame's length",
                     "measure latency with other traffic"};
    }
    return {};
}

// Gives the frames room for stamps. Returns how many it had to make longer.
Result<std::uint64_t> make_stampable(const Subject& subject, const Paths& paths, Frames& frames) {
    XDPBENCH_CHECK(require_arrivals(paths));
    StampableFrames room = make_room_for_stamps(frames);
    XDPBENCH_CHECK(require_same_paths(subject, room.frames, paths));
    frames = std::move(room.frames);
    return room.lengthened;
}

}  // namespace

Result<std::unique_ptr<TrialRig>> TrialRig::create(const BenchCase& bench, Pace pace) {
    const Subject& subject = *bench.subject;
    const bool stamps = pace == Pace::paced_stamped;
    XDPBENCH_CHECK(require_timeable());
    XDPBENCH_TRY(Frames frames, bench_frames(subject, bench.shape));
    XDPBENCH_TRY(const Paths paths, find_paths(subject, frames));
    std::uint64_t lengthened = 0;
    if (stamps) {
        XDPBENCH_TRY(lengthened, make_stampable(subject, paths, frames));
    }
    XDPBENCH_TRY(PacedGenerators generators,
                 PacedGenerators::create(frames, pace, bench.generators()));
    std::unique_ptr<TrialRig> rig(new TrialRig(std::move(generators)));
    rig->paths_ = paths;
    rig->lengthened_ = lengthened;
    XDPBENCH_CHECK(bench.devices ? rig->use_devices(bench, longest_of(frames), stamps)
                                 : rig->build_veths(bench, longest_of(frames), stamps));
    rig->setup_ = static_cast<const BenchSetup&>(describe_bench(bench, frames, paths));
    rig->setup_.counted_by = rig->lane(false).counted_by();
    if (rig->lane_) rig->lane_->expect(paths.only());
    if (rig->floor_) rig->floor_->expect(paths.only());
    // Redirects that come to nothing are frames lost, and only tracepoints tell of them.
    if (paths.tally[XDP_REDIRECT] > 0)
        XDPBENCH_CHECK(rig->devices_ ? rig->devices_->watch_redirects()
                                     : rig->lane_->watch_redirects());
    return rig;
}

Result<void> TrialRig::build_veths(const BenchCase& bench, std::size_t longest_frame, bool stamps) {
    XDPBENCH_TRY(topology_,
                 Topology::create(stamps ? 2 : 1, longest_frame, topology_of(*bench.subject),
                                  queues_for(bench.generators())));
    XDPBENCH_TRY(program_, load_program(*bench.subject, *topology_));
    const Capture capture{0, 1, stamps};
    XDPBENCH_TRY(lane_, EquippedLane::create(*topology_, 0, &*program_, program_->fd(), *bench.mode,
                                             capture));
    if (stamps) {
        XDPBENCH_TRY(const EmptyProgram empty,
                     EmptyProgram::load(paths_.action, *program_, *topology_, 0, 1));
        XDPBENCH_TRY(
            floor_, EquippedLane::create(*topology_, 1, nullptr, empty.fd(), *bench.mode, capture));
        if (paths_.action == Action::redirect)
            XDPBENCH_CHECK(floor_->watch_redirects_of(empty.program()));
    }
    XDPBENCH_CHECK(place_program(*topology_, bench.cpus));
    if (bench.cpus.placement == Placement::shared) made_up_ = kMadeUpSeconds;
    return {};
}

// Only latencies need a floor.
Result<void> TrialRig::use_devices(const BenchCase& bench, std::size_t longest_frame, bool stamps) {
    const FloorWish floor = stamps ? FloorWish::needed : FloorWish::if_there_is_one;
    XDPBENCH_TRY(devices_,
                 DeviceLane::create(bench, longest_frame, paths_.action, floor, {0, 1, stamps}));
    return {};
}

Result<TrialRig::Offered> TrialRig::offer_to_veth(const EquippedLane& lane, double rate,
                                                  double seconds) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    XDPBENCH_TRY(JointOffer offer, generators_.offer(topology_->tester, lane.tester().index,
                                                     {rate, seconds, made_up_}));
    XDPBENCH_TRY(LaneCounts counts, settled(lane, before, offer.frames, Settled::balanced));
    if (const std::string imbalance = unbalanced(counts, offer.frames); !imbalance.empty()) {
        return Error{ErrorKind::invalid,
                     "the books of a trial do not balance: " + imbalance,
                     {},
                     "something else sent or took frames, or this is a fault of xdp-bench"};
    }
    return Offered{std::move(offer), std::move(counts)};
}

Result<TrialRig::Offered> TrialRig::offer_to_device(bool floor, double rate, double seconds) {
    XDPBENCH_CHECK(devices_->begin(floor));
    XDPBENCH_TRY(JointOffer offer,
                 generators_.offer(devices_->topology().tester, devices_->lane().tester().index,
                                   {rate, seconds, made_up_}));
    XDPBENCH_TRY(DeviceLane::Finished finished, devices_->finish(offer.frames));
    return Offered{std::move(offer), std::move(finished.counts)};
}

Result<void> TrialRig::verify_paths(const JointOffer& offer, const LaneCounts& counts) const {
    const ActionSource source = lane(false).source();
    // Where frames of several paths arrive, one that is still on its way looks like a dropped one.
    if (paths_.mixed && source == ActionSource::arrivals) return {};
    PathWatch watch(paths_);
    for (const Offer& one : offer.each) watch.note(one.first_frame, one.frames);
    ActionTally actions = counts.actions;
    attribute(source, watch.tally(), actions);
    return watch.verify(actions);
}

Result<CountedTrial> TrialRig::run(bool floor, double rate, double seconds) {
    XDPBENCH_TRY(Offered offered, devices_ ? offer_to_device(floor, rate, seconds)
                                           : offer_to_veth(lane(floor), rate, seconds));
    const JointOffer& offer = offered.offer;
    const LaneCounts& counts = offered.counts;
    if (!floor) XDPBENCH_CHECK(verify_paths(offer, counts));
    std::vector<std::uint64_t> frames_each;
    for (const Offer& one : offer.each) frames_each.push_back(one.frames);
    Trial trial{rate,
                seconds,
                offer.frames,
                std::move(frames_each),
                offer.seconds,
                offer.worst_lag,
                counts.handled(),
                counts.received + counts.passed + counts.forwarded,
                counts.losses};
    return CountedTrial{std::move(trial), std::move(offered.counts)};
}

}  // namespace xdpbench
