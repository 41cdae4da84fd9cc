#include "engine/device_bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "engine/device_books.h"
#include "engine/lane_window.h"
#include "kernel/environment.h"
#include "traffic/frame_map.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// Long enough that exchanging the programs and reading cost nothing, short enough that drift hits
// both alike.
constexpr double kDeviceWindowSeconds = 0.03;
constexpr std::uint64_t kFewestDeviceFrames = 1024;
constexpr std::uint64_t kMostDeviceFrames = 524'288;
// Now and then a frame gets lost for other reasons.
constexpr double kLossThatTells = 0.001;

double part_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// There is at least one.
std::string most_frequent(const Losses& losses) {
    return std::max_element(losses.begin(), losses.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

}  // namespace

DeviceBench::DeviceBench(std::unique_ptr<DeviceLane> devices, Generator generator)
    : devices_(std::move(devices)), generator_(std::move(generator)) {}

Result<std::unique_ptr<BenchRig>> DeviceBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(require_timeable());
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(bench.cpus.generator));
    XDPBENCH_TRY(const Frames frames, bench_frames(*bench.subject, bench.shape));
    XDPBENCH_TRY(const Paths paths, find_paths(*bench.subject, frames));
    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    XDPBENCH_TRY(
        std::unique_ptr<DeviceLane> devices,
        DeviceLane::create(bench, longest_of(frames), paths.action, FloorWish::needed, {}));
    XDPBENCH_CHECK(devices->park(generator));
    std::unique_ptr<DeviceBench> rig(new DeviceBench(std::move(devices), std::move(generator)));
    rig->record_ = describe_bench(bench, frames, paths);
    rig->watch_paths(paths);
    rig->record_.counted_by = rig->devices_->lane().counted_by();
    const std::optional<RedirectPath> target = rig->devices_->target();
    if (target) rig->record_.floor_cpus.assign(target->cpus.begin(), target->cpus.end());
    const std::uint64_t most = most_in_flight(target, kMostDeviceFrames);
    XDPBENCH_CHECK(rig->calibrate(kDeviceWindowSeconds, std::min(kFewestDeviceFrames, most), most));
    XDPBENCH_CHECK(rig->require_same_end(rig->end_, rig->floor_end_));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<BenchRig::Window> DeviceBench::window(bool floor, std::uint64_t frames,
                                             BenchRecord* counted) {
    XDPBENCH_CHECK(devices_->begin(floor));
    const std::uint64_t first = generator_.next_frame();
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(
        generator_.send(devices_->topology().tester, devices_->lane().tester().index, frames));
    XDPBENCH_TRY(const DeviceLane::Finished finished, devices_->finish(frames));
    const LaneCounts& counts = finished.counts;
    if (counted != nullptr) {
        add_counts(counts, *counted);
        watch_->note(first, frames);
        done_seconds_ += std::chrono::duration<double>(finished.handled - start).count();
    }
    if (floor) {
        floor_sent_ += frames;
        floor_lost_ += frames_lost(counts.losses);
    }
    (floor ? floor_end_ : end_) = redirect_end(counts);
    return Window{counts.handled(), counts.received + counts.passed,
                  std::chrono::duration<double>(finished.last - start).count()};
}

// Where frames are lost, the empty program in its place tells whether the program is to blame.
Result<void> DeviceBench::find_bound(BenchRecord& record) const {
    std::uint64_t offered = 0;
    for (const BenchRound& round : record.rounds) offered += round.offered;
    const double lost = part_of(frames_lost(record.losses), offered);
    const double floor_lost = part_of(floor_lost_, floor_sent_);
    if (lost <= kLossThatTells) {
        if (!find_bound_by_stack(record, done_seconds_)) find_bound_by_time(record);
        return {};
    }
    record.bound = floor_lost > kLossThatTells ? "path" : "program";
    record.evidence = fmt::format(
        "{:.2f} % of {} offered were lost, most of them as {}; with the empty program in its place "
        "{:.2f} %",
        lost * 100, counted(offered, "frame"), most_frequent(record.losses), floor_lost * 100);
    XDPBENCH_TRY(const DeviceCounters counters, devices_->loss_counters());
    std::vector<std::string> lines;
    lines.reserve(counters.size());
    for (const auto& [name, value] : counters)
        lines.push_back(fmt::format("{} {}", name, thousands(value)));
    if (!lines.empty())
        record.evidence += fmt::format("; meanwhile went up: {}", fmt::join(lines, ", "));
    return {};
}

Result<BenchRecord> DeviceBench::finish() {
    XDPBENCH_TRY(BenchRecord record, BenchRig::finish());
    std::erase_if(record.cpus, [](const CpuTally& cpu) { return cpu.actions == ActionTally{}; });
    if (record.rounds.empty()) return record;
    verify_paths(devices_->lane().source(), record);
    XDPBENCH_CHECK(find_bound(record));
    return record;
}

}  // namespace xdpbench
