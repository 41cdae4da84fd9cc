#include "engine/veth_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "engine/lane_window.h"
#include "kernel/environment.h"
#include "kernel/threaded_napi.h"
#include "traffic/frame_map.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// Long enough that starting and reading cost nothing, short enough that drift hits both lanes
// alike.
constexpr double kVethWindowSeconds = 0.03;
constexpr std::uint64_t kSmallestVethWindow = 1024;
constexpr std::uint64_t kLargestVethWindow = 65536;
// When the program's thread is done is known less exactly: that is to be little of a window.
constexpr std::uint64_t kLargestSeparateWindow = 524'288;

void find_slower_side(BenchRecord& record) {
    std::uint64_t offered = 0;
    for (const BenchRound& round : record.rounds) offered += round.offered;
    const auto found = record.losses.find("generator_xmit_errors");
    const std::uint64_t refused = found == record.losses.end() ? 0 : found->second;
    const double share = static_cast<double>(refused) / static_cast<double>(offered);
    record.bound = slower_side(share);
    record.evidence = fmt::format("{:.2f} % of {} offered found the ring before the program full",
                                  share * 100, counted(offered, "frame"));
}

// What the rate is bound by, and the evidence.
void find_bound(BenchRecord& record, double sending_seconds) {
    if (find_bound_by_stack(record, sending_seconds)) return;
    if (record.placement == placement_name(Placement::separate)) {
        find_slower_side(record);
        return;
    }
    find_bound_by_time(record);
}

}  // namespace

VethBench::VethBench(Topology topology, Program program, Generator generator)
    : topology_(std::move(topology)),
      program_(std::move(program)),
      generator_(std::move(generator)) {}

Result<std::unique_ptr<BenchRig>> VethBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(require_timeable());
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(bench.cpus.generator));
    const Subject& subject = *bench.subject;
    const Mode mode = *bench.mode;
    XDPBENCH_TRY(const Frames frames, bench_frames(subject, bench.shape));
    XDPBENCH_TRY(const Paths paths, find_paths(subject, frames));
    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    XDPBENCH_TRY(Topology topology, Topology::create(2, longest_of(frames), topology_of(subject)));
    XDPBENCH_CHECK(generator.park(topology.tester, topology.parking));
    XDPBENCH_TRY(Program program, load_program(subject, topology));
    XDPBENCH_TRY(const EmptyProgram empty,
                 EmptyProgram::load(paths.action, program, topology, 0, 1));
    std::unique_ptr<VethBench> rig(
        new VethBench(std::move(topology), std::move(program), std::move(generator)));
    XDPBENCH_TRY(EquippedLane lane, EquippedLane::create(rig->topology_, 0, &rig->program_,
                                                         rig->program_.fd(), mode, {}));
    rig->lane_.emplace(std::move(lane));
    XDPBENCH_TRY(EquippedLane floor_lane,
                 EquippedLane::create(rig->topology_, 1, nullptr, empty.fd(), mode, {}));
    rig->floor_.emplace(std::move(floor_lane));
    rig->record_ = describe_bench(bench, frames, paths);
    rig->watch_paths(paths);
    rig->lane_->expect(paths.only());
    rig->floor_->expect(paths.only());
    rig->record_.counted_by = rig->lane_->counted_by();
    if (empty.target())
        rig->record_.floor_cpus.assign(empty.target()->cpus.begin(), empty.target()->cpus.end());
    const bool apart = bench.cpus.placement == Placement::separate;
    rig->on_this_cpu_ = !apart && rig->record_.floor_cpus.empty();
    XDPBENCH_CHECK(place_program(rig->topology_, bench.cpus));
    const std::uint64_t most =
        most_in_flight(empty.target(), apart ? kLargestSeparateWindow : kLargestVethWindow);
    XDPBENCH_CHECK(rig->calibrate(kVethWindowSeconds, std::min(kSmallestVethWindow, most), most));
    XDPBENCH_CHECK(rig->require_same_end(rig->end_, rig->floor_end_));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<void> place_program(const Topology& topology, const CpuPlan& cpus) {
    if (cpus.placement == Placement::shared) return {};
    for (const Lane& lane : topology.lanes)
        XDPBENCH_CHECK(poll_in_thread(topology.dut, lane.dut.name, 1, cpus.program));
    return {};
}

const char* slower_side(double refused) {
    constexpr double kNowAndThen = 0.001;  // of the frames: after an interrupt, say
    return refused > kNowAndThen ? "program" : "generator";
}

Result<BenchRig::Window> VethBench::window(bool floor, std::uint64_t frames, BenchRecord* counted) {
    const EquippedLane& lane = floor ? *floor_ : *lane_;
    const std::uint64_t first = generator_.next_frame();
    XDPBENCH_TRY(const LaneWindow timed, run_window(lane, generator_, topology_, frames));
    const LaneCounts& counts = timed.counts;
    if (counted != nullptr) {
        add_counts(counts, *counted);
        watch_->note(first, frames);
        sending_seconds_ += timed.sending_seconds;
    }
    (floor ? floor_end_ : end_) = redirect_end(counts);
    return Window{counts.handled(), counts.received + counts.passed + counts.forwarded,
                  timed.seconds};
}

Result<BenchRecord> VethBench::finish() {
    XDPBENCH_TRY(BenchRecord record, BenchRig::finish());
    std::erase_if(record.cpus, [](const CpuTally& cpu) { return cpu.actions == ActionTally{}; });
    if (record.rounds.empty()) return record;
    verify_paths(lane_->source(), record);
    find_bound(record, sending_seconds_);
    return record;
}

}  // namespace xdpbench
