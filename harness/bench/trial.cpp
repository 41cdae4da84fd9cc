#include "bench/trial.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>

#include "base/text.h"
#include "bench/port_generator.h"
#include "bench/veth_bench.h"
#include "bpf/test_run.h"
#include "probe/environment.h"
#include "target/network_setup.h"
#include "testbed/empty_program.h"
#include "testbed/settled.h"
#include "traffic/frame_map.h"
#include "traffic/placement.h"
#include "traffic/remote_sink.h"
#include "traffic/stamped_frames.h"

namespace xdpbench::bench {
namespace {

// Where generator and program share a CPU a burst overflows nothing: the program has its turn after
// every batch. So a scheduler's time slice or two that others took is made up for.
constexpr double kMadeUpSeconds = 0.02;

Result<void> require_no_sockets(const testbed::InstrumentedLink& link) {
    if (link.sockets() == nullptr) return {};
    return unavailable_error("latencies to AF_XDP sockets are not measured", {},
                             "leave latency out of --only");
}

// Frames that end in the program arrive nowhere.
Result<void> require_arrivals(const Paths& paths) {
    const bool ends = paths.action == model::Action::drop || paths.action == model::Action::aborted;
    if (!ends || paths.mixed) return {};
    return unavailable_error(
        fmt::format("{} ends the frame in the program", model::action_name(paths.action)),
        "nothing arrives whose latency could be measured");
}

// A port's counters have no time stamps.
Result<void> require_readable(const net::Ports& ends, const Paths& paths) {
    const bool leaves = paths.action == model::Action::redirect && !ends.out.empty();
    if (!leaves || !ends.out_peer.empty()) return {};
    return unavailable_error(
        fmt::format("latencies of frames that leave by {} cannot be measured", ends.out),
        "nobody here has the other end of its cable", "name it: --out-peer IF");
}

// A time stamp must not change what the program does with a frame: with two times, of which the
// words have nothing in common.
Result<void> require_same_paths(const target::Target& target, const packet::Frames& frames,
                                const Paths& paths) {
    for (const std::uint64_t now : {0x0000'5a5a'a5a5'0f0fULL, 0x0000'a5a5'5a5a'f0f0ULL}) {
        const Result<Paths> found = find_paths(target, traffic::stamped(frames, now));
        if (!found) return found.error().in("with a time stamp at the end of every frame");
        const auto [before, after] =
            std::mismatch(paths.returned.begin(), paths.returned.end(), found->returned.begin());
        if (before == paths.returned.end()) continue;
        return Error{
            ErrorKind::invalid,
            fmt::format("frame {} of {} takes {}, but {} with a time stamp at its end",
                        before - paths.returned.begin(), target::bench_traffic(target).text,
                        bpf::returned_text(*before), bpf::returned_text(*after)),
            "the program looks at the payload or at the frame's length",
            "measure latency with other traffic"};
    }
    return {};
}

// Gives the frames room for stamps. Returns how many it had to make longer.
Result<std::uint64_t> make_stampable(const target::Target& target, const Paths& paths,
                                     packet::Frames& frames) {
    XDPBENCH_CHECK(require_arrivals(paths));
    traffic::StampableFrames room = traffic::make_room_for_stamps(frames);
    XDPBENCH_CHECK(require_same_paths(target, room.frames, paths));
    frames = std::move(room.frames);
    return room.lengthened;
}

}  // namespace

Result<std::unique_ptr<TrialRig>> TrialRig::create(const BenchCase& bench, traffic::Pace pace) {
    const target::Target& target = *bench.target;
    const bool stamps = pace == traffic::Pace::paced_stamped;
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(packet::Frames frames, target::bench_frames(target, bench.shape));
    XDPBENCH_TRY(const Paths paths, find_paths(target, frames));
    std::uint64_t lengthened = 0;
    if (stamps) {
        XDPBENCH_TRY(lengthened, make_stampable(target, paths, frames));
    }
    std::unique_ptr<TrialRig> rig(new TrialRig);
    XDPBENCH_CHECK(rig->make_generators(bench, frames, pace));
    rig->paths_ = paths;
    rig->lengthened_ = lengthened;
    XDPBENCH_CHECK(bench.devices ? rig->use_devices(bench, traffic::longest_of(frames), stamps)
                                 : rig->build_veths(bench, traffic::longest_of(frames), stamps));
    rig->setup_ = describe_bench(bench, frames, paths);
    rig->setup_.counted_by = rig->link(false).counted_by();
    if (rig->devices_) XDPBENCH_CHECK(rig->find_generator_maximum());
    if (rig->link_) rig->link_->expect(paths.only());
    if (rig->baseline_) rig->baseline_->expect(paths.only());
    // Failed redirects are lost frames. Only tracepoints report them.
    if (paths.tally[XDP_REDIRECT] > 0)
        XDPBENCH_CHECK(rig->devices_ ? rig->devices_->watch_tracepoints()
                                     : rig->link_->watch_tracepoints());
    return rig;
}

Result<void> TrialRig::make_generators(const BenchCase& bench, const packet::Frames& frames,
                                       traffic::Pace pace) {
    const auto session = bench.devices ? bench.devices->remote : nullptr;
    if (session && pace == traffic::Pace::paced_stamped) return traffic::no_remote_latency();
    XDPBENCH_TRY(generators_,
                 traffic::SenderGroup::create(
                     frames, pace, session ? bench.side_by_side : bench.generators(), session));
    return {};
}

Result<void> TrialRig::build_veths(const BenchCase& bench, std::size_t longest_frame, bool stamps) {
    XDPBENCH_TRY(network_, target::make_network(*bench.target, stamps ? 2 : 1, longest_frame,
                                                traffic::queues_for(bench.generators())));
    XDPBENCH_TRY(program_, target::load_program(*bench.target, *network_));
    const traffic::Capture capture{0, 1, stamps};
    XDPBENCH_TRY(link_, testbed::InstrumentedLink::create(*network_, 0, &*program_, program_->fd(),
                                                          *bench.mode, capture, bench.target->xsk));
    if (stamps) XDPBENCH_CHECK(require_no_sockets(*link_));
    XDPBENCH_CHECK(link_->receive_beside(bench.generators()));
    if (stamps) {
        XDPBENCH_TRY(const testbed::EmptyProgram empty,
                     testbed::EmptyProgram::load(paths_.action, *program_, *network_, 0, 1));
        XDPBENCH_TRY(baseline_, testbed::InstrumentedLink::create(*network_, 1, nullptr, empty.fd(),
                                                                  *bench.mode, capture));
        if (paths_.action == model::Action::redirect)
            XDPBENCH_CHECK(baseline_->watch_tracepoints_of(empty.program()));
    }
    XDPBENCH_CHECK(place_program(*network_, bench.cpus));
    if (bench.cpus.placement == model::Placement::shared) made_up_ = kMadeUpSeconds;
    return {};
}

// Only latencies need a baseline.
Result<void> TrialRig::use_devices(const BenchCase& bench, std::size_t longest_frame, bool stamps) {
    const testbed::BaselineWish baseline =
        stamps ? testbed::BaselineWish::needed : testbed::BaselineWish::if_there_is_one;
    XDPBENCH_TRY(devices_,
                 testbed::PortLink::create(*bench.target, *bench.devices, *bench.mode,
                                           longest_frame, paths_.action, baseline, {0, 1, stamps}));
    if (stamps) XDPBENCH_CHECK(require_no_sockets(devices_->link()));
    if (stamps) XDPBENCH_CHECK(require_readable(*bench.devices, paths_));
    return devices_->receive_beside(bench.generators_here());
}

Result<TrialRig::Offered> TrialRig::offer_to_veth(const testbed::InstrumentedLink& link,
                                                  double rate, double seconds) {
    XDPBENCH_TRY(const testbed::LinkCounts before, link.read());
    XDPBENCH_TRY(traffic::JointOffer offer,
                 generators_->offer(*network_, link.tester(), {rate, seconds, made_up_}));
    XDPBENCH_TRY(testbed::LinkCounts counts,
                 testbed::settled(link, before, offer.frames, testbed::Settled::balanced));
    if (const std::string missing = testbed::unaccounted(counts, offer.frames); !missing.empty()) {
        return testbed::unaccounted_error(missing, link.sees_drops());
    }
    return Offered{std::move(offer), std::move(counts)};
}

Result<traffic::JointOffer> TrialRig::offer_from_peer(double rate, double seconds) {
    return generators_->offer(devices_->network(), devices_->link().tester(),
                              {rate, seconds, made_up_});
}

Result<void> TrialRig::find_generator_maximum() {
    const auto send = [this](double seconds) -> Result<traffic::Offer> {
        XDPBENCH_TRY(traffic::JointOffer all, offer_from_peer(traffic::kHighestRate, seconds));
        return static_cast<traffic::Offer&>(all);
    };
    XDPBENCH_TRY(setup_.generator_maximum, measure_generator_maximum(*devices_, send));
    return {};
}

Result<TrialRig::Offered> TrialRig::offer_to_device(bool baseline, double rate, double seconds) {
    XDPBENCH_CHECK(devices_->begin(baseline));
    XDPBENCH_TRY(traffic::JointOffer offer, offer_from_peer(rate, seconds));
    XDPBENCH_TRY(testbed::PortLink::Finished finished, devices_->finish(offer.frames));
    return Offered{std::move(offer), std::move(finished.counts)};
}

Result<void> TrialRig::verify_paths(const traffic::JointOffer& offer,
                                    const testbed::LinkCounts& counts) const {
    const testbed::ActionSource source = link(false).source();
    // Where frames of several paths arrive, one that is still on its way looks like a dropped one.
    if (paths_.mixed && source == testbed::ActionSource::arrivals) return {};
    PathWatch watch(paths_);
    for (const traffic::Offer& one : offer.each) watch.note(one.first_frame, one.frames);
    model::ActionTally actions = counts.actions;
    testbed::attribute(source, watch.tally(), actions);
    return watch.verify(actions);
}

Result<CountedTrial> TrialRig::run(bool baseline, double rate, double seconds) {
    XDPBENCH_TRY(Offered offered, devices_ ? offer_to_device(baseline, rate, seconds)
                                           : offer_to_veth(link(baseline), rate, seconds));
    const traffic::JointOffer& offer = offered.offer;
    const testbed::LinkCounts& counts = offered.counts;
    if (!baseline) XDPBENCH_CHECK(verify_paths(offer, counts));
    std::vector<std::uint64_t> frames_each;
    for (const traffic::Offer& one : offer.each) frames_each.push_back(one.frames);
    model::Trial trial{rate,
                       seconds,
                       offer.frames,
                       std::move(frames_each),
                       offer.seconds,
                       offer.worst_lag,
                       counts.handled(),
                       counts.received + counts.passed + counts.forwarded + counts.sockets.frames,
                       counts.losses};
    return CountedTrial{std::move(trial), std::move(offered.counts)};
}

}  // namespace xdpbench::bench
