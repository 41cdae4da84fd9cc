#include "bench/port_bench.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "bench/bound.h"
#include "bench/port_generator.h"
#include "probe/environment.h"
#include "stats/summary.h"
#include "testbed/link_window.h"
#include "testbed/port_accounting.h"
#include "traffic/frame_map.h"
#include "traffic/generator_maximum.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {
namespace {

// Long enough that exchanging the programs and reading cost nothing, short enough that drift hits
// both alike.
constexpr double kDeviceWindowSeconds = 0.03;

double part_of(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// Without loss the program's rate is what the generator sent. If it sent as much as it can, a
// faster program would change nothing. If it can send more, the rest of the time is the path's.
void compare_with_generator(model::BenchRecord& record) {
    const double most = record.setup.generator_maximum;
    const double rate = stats::median(model::measure_rounds(record, [](const auto& round) {
                            return round.rate(round.processed);
                        })).value_or(0);
    if (most <= 0) return;
    if (record.bound == model::Bound::stack) return;
    if (rate >= traffic::kGeneratorsShare * most) {
        record.bound = model::Bound::generator;
    } else if (record.bound == model::Bound::generator) {
        record.bound = model::Bound::path;
    }
    record.evidence += "; " + model::generator_share_text(rate, most);
}

// There is at least one.
std::string most_frequent(const model::Losses& losses) {
    return std::max_element(losses.begin(), losses.end(),
                            [](const auto& a, const auto& b) { return a.second < b.second; })
        ->first;
}

}  // namespace

PortBench::PortBench(std::unique_ptr<testbed::PortLink> devices, traffic::FrameSender sender)
    : devices_(std::move(devices)), sender_(std::move(sender)) {}

Result<std::unique_ptr<BenchRig>> PortBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(bench.cpus.generator));
    XDPBENCH_TRY(const auto traffic, traffic_of(bench));
    const packet::Frames& frames = traffic->frames;
    const Paths& paths = traffic->paths;
    XDPBENCH_CHECK(require_steady(paths));
    if (bench.fresh)
        return unavailable_error("maps are not restored over real ports",
                                 "windows there are longer than the traffic",
                                 "time it alone or over a veth: leave --dev out");
    XDPBENCH_TRY(traffic::FrameSender sender,
                 traffic::FrameSender::create(frames, bench.devices->remote));
    XDPBENCH_TRY(std::unique_ptr<testbed::PortLink> devices,
                 testbed::PortLink::create(*bench.target, *bench.devices, *bench.mode,
                                           traffic::longest_of(frames), paths.action,
                                           testbed::BaselineWish::needed, {}));
    XDPBENCH_CHECK(devices->park(sender));
    std::unique_ptr<PortBench> rig(new PortBench(std::move(devices), std::move(sender)));
    rig->record_.setup = describe_bench(bench, frames, paths);
    rig->watch_paths(paths);
    rig->record_.setup.counted_by = rig->devices_->link().counted_by();
    XDPBENCH_CHECK(rig->devices_->receive_beside({bench.cpus.generator}));
    if (const xsk::Sockets* const sockets = rig->devices_->link().sockets())
        rig->record_.xsk = {sockets->count(), sockets->bound(), {}};
    const std::optional<testbed::RedirectPath> redirect_path = rig->devices_->redirect_path();
    if (redirect_path)
        rig->record_.baseline_cpus.assign(redirect_path->cpus.begin(), redirect_path->cpus.end());
    // Of this traffic, from this CPU: what the rates are read against.
    XDPBENCH_TRY(rig->record_.setup.generator_maximum,
                 measure_generator_maximum(*rig->devices_, rig->sender_));
    const double window = bench.devices->remote ? kRemoteWindowSeconds : kDeviceWindowSeconds;
    const std::uint64_t most = testbed::most_in_flight(redirect_path, kMostPortFrames);
    XDPBENCH_CHECK(rig->calibrate(window, std::min(kFewestPortFrames, most), most));
    XDPBENCH_CHECK(rig->require_same_end(rig->end_, rig->baseline_end_));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<BenchRig::Window> PortBench::window(bool baseline, std::uint64_t frames,
                                           model::BenchRecord* counted) {
    XDPBENCH_CHECK(devices_->begin(baseline));
    const std::uint64_t first = sender_.next_frame();
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(sender_.send(devices_->network(), devices_->link().tester(), frames));
    XDPBENCH_TRY(const testbed::PortLink::Finished finished, devices_->finish(frames));
    const testbed::LinkCounts& counts = finished.counts;
    if (counted != nullptr) {
        testbed::add_counts(counts, *counted);
        watch_->note(first, frames);
        done_seconds_ += std::chrono::duration<double>(finished.handled - start).count();
    }
    if (baseline) {
        baseline_sent_ += frames;
        baseline_lost_ += testbed::frames_lost(counts.losses);
    }
    (baseline ? baseline_end_ : end_) = testbed::redirect_end(counts);
    return Window{counts.handled(), counts.received + counts.passed + counts.forwarded,
                  std::chrono::duration<double>(devices_->last_of(finished) - start).count()};
}

// Where frames are lost, the empty program in its place tells whether the program is to blame.
Result<void> PortBench::find_bound(model::BenchRecord& record) const {
    std::uint64_t offered = 0;
    for (const model::BenchRound& round : record.rounds) offered += round.offered;
    const double lost = part_of(testbed::frames_lost(record.losses), offered);
    const double baseline_lost = part_of(baseline_lost_, baseline_sent_);
    if (lost <= kLossThatTells) {
        if (!find_bound_by_stack(record, done_seconds_)) find_bound_by_time(record);
        compare_with_generator(record);
        return {};
    }
    record.bound = baseline_lost > kLossThatTells ? model::Bound::path : model::Bound::program;
    record.evidence = fmt::format(
        "{:.2f} % of {} offered were lost, most of them as {}; with the empty program in its place "
        "{:.2f} %",
        lost * 100, counted(offered, "frame"), most_frequent(record.losses), baseline_lost * 100);
    XDPBENCH_TRY(const testbed::DeviceCounters counters, devices_->loss_counters());
    std::vector<std::string> lines;
    lines.reserve(counters.size());
    for (const auto& [name, value] : counters)
        lines.push_back(fmt::format("{} {}", name, thousands(value)));
    if (!lines.empty())
        record.evidence += fmt::format("; meanwhile went up: {}", fmt::join(lines, ", "));
    return {};
}

Result<model::BenchRecord> PortBench::finish() {
    XDPBENCH_TRY(model::BenchRecord record, BenchRig::finish());
    std::erase_if(record.cpus,
                  [](const model::CpuTally& cpu) { return cpu.actions == model::ActionTally{}; });
    if (record.rounds.empty()) return record;
    verify_paths(devices_->link().source(), record);
    XDPBENCH_CHECK(find_bound(record));
    return record;
}

}  // namespace xdpbench::bench
