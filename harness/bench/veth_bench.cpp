#include "bench/veth_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "bench/bound.h"
#include "net/threaded_napi.h"
#include "probe/environment.h"
#include "target/network_setup.h"
#include "testbed/link_window.h"
#include "traffic/frame_map.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {
namespace {

// Long enough that starting and reading cost nothing, short enough that drift hits both links
// alike.
constexpr double kVethWindowSeconds = 0.005;
constexpr std::uint64_t kSmallestVethWindow = 1024;
constexpr std::uint64_t kLargestVethWindow = 65536;
// When the program's thread is done is known less exactly: that is to be little of a window.
constexpr std::uint64_t kLargestSeparateWindow = 524'288;

void find_slower_side(model::BenchRecord& record) {
    std::uint64_t offered = 0;
    for (const model::BenchRound& round : record.rounds) offered += round.offered;
    const auto found = record.losses.find("generator_xmit_errors");
    const std::uint64_t refused = found == record.losses.end() ? 0 : found->second;
    const double share = static_cast<double>(refused) / static_cast<double>(offered);
    record.bound = slower_side(share);
    record.evidence = fmt::format("{:.2f} % of {} offered found the ring before the program full",
                                  share * 100, counted(offered, "frame"));
}

// What the rate is bound by, and the evidence.
void find_bound(model::BenchRecord& record, double sending_seconds) {
    if (find_bound_by_stack(record, sending_seconds)) return;
    if (record.setup.placement != model::Placement::shared) {
        find_slower_side(record);
        return;
    }
    find_bound_by_time(record);
}

}  // namespace

VethBench::VethBench(net::Network network, bpf::Program program, traffic::Generator generator)
    : network_(std::move(network)),
      program_(std::move(program)),
      generator_(std::move(generator)) {}

Result<std::unique_ptr<BenchRig>> VethBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(bench.cpus.generator));
    const target::Target& target = *bench.target;
    const model::Mode mode = *bench.mode;
    XDPBENCH_TRY(const auto traffic, traffic_of(bench));
    const packet::Frames& frames = traffic->frames;
    const Paths& paths = traffic->paths;
    XDPBENCH_CHECK(require_steady(paths));
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
    XDPBENCH_TRY(net::Network network,
                 target::make_network(target, 2, traffic::longest_of(frames)));
    XDPBENCH_CHECK(generator.park(network.tester, network.parking));
    XDPBENCH_TRY(bpf::Program program, target::load_program(target, network));
    XDPBENCH_TRY(const testbed::EmptyProgram empty,
                 testbed::EmptyProgram::load(paths.action, program, network, 0, 1));
    std::unique_ptr<VethBench> rig(
        new VethBench(std::move(network), std::move(program), std::move(generator)));
    XDPBENCH_TRY(testbed::InstrumentedLink link,
                 testbed::InstrumentedLink::create(rig->network_, 0, &rig->program_,
                                                   rig->program_.fd(), mode, {}, target.xsk));
    rig->link_.emplace(std::move(link));
    XDPBENCH_TRY(testbed::InstrumentedLink baseline_link,
                 testbed::InstrumentedLink::create(rig->network_, 1, nullptr, empty.fd(), mode, {},
                                                   target.xsk));
    rig->baseline_.emplace(std::move(baseline_link));
    XDPBENCH_CHECK(rig->baseline_->open_sockets(empty.program()));
    for (testbed::InstrumentedLink* const one : {&*rig->link_, &*rig->baseline_})
        XDPBENCH_CHECK(one->receive_beside({bench.cpus.generator, bench.cpus.program}));
    XDPBENCH_CHECK(rig->begin(bench, *traffic, empty));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<void> VethBench::begin(const BenchCase& bench, const TimedTraffic& traffic,
                              const testbed::EmptyProgram& empty) {
    record_.setup = describe_bench(bench, traffic.frames, traffic.paths);
    if (bench.fresh) XDPBENCH_CHECK(keep_state(program_));
    watch_paths(traffic.paths);
    XDPBENCH_CHECK(bring_to_state(program_, traffic.frames, traffic.paths));
    link_->expect(traffic.paths.only());
    baseline_->expect(traffic.paths.only());
    record_.setup.counted_by = link_->counted_by();
    if (empty.redirect_path())
        record_.baseline_cpus.assign(empty.redirect_path()->cpus.begin(),
                                     empty.redirect_path()->cpus.end());
    const bool apart = bench.cpus.placement != model::Placement::shared;
    if (const xsk::Sockets* const sockets = link_->sockets())
        record_.xsk = {sockets->count(), sockets->bound(), {}};
    on_this_cpu_ = !apart && record_.baseline_cpus.empty() && !record_.xsk;
    if (on_this_cpu_) watch_thread(bench.cpus.program);
    XDPBENCH_CHECK(place_program(network_, bench.cpus));
    std::uint64_t most = testbed::most_in_flight(
        empty.redirect_path(), apart ? kLargestSeparateWindow : kLargestVethWindow);
    // With fresh maps a frame is the first of its flow once in a window.
    if (bench.fresh) most = std::min<std::uint64_t>(most, traffic.frames.size());
    XDPBENCH_CHECK(calibrate(kVethWindowSeconds, std::min(kSmallestVethWindow, most), most));
    if (on_this_cpu_) {
        XDPBENCH_TRY(by_cpu_time_, find_whole_cpu_time());
        record_.cpu_time = by_cpu_time_;
    }
    return require_same_end(end_, baseline_end_);
}

Result<void> place_program(const net::Network& network, const traffic::CpuPlan& cpus) {
    if (cpus.placement == model::Placement::shared) return {};
    for (const net::Link& link : network.links)
        XDPBENCH_CHECK(net::poll_in_thread(network.dut, link.dut.name, 1, cpus.program));
    return {};
}

model::Bound slower_side(double refused) {
    constexpr double kNowAndThen = 0.001;  // of the frames: after an interrupt, say
    return refused > kNowAndThen ? model::Bound::program : model::Bound::generator;
}

Result<BenchRig::Window> VethBench::window(bool baseline, std::uint64_t frames,
                                           model::BenchRecord* counted) {
    const testbed::InstrumentedLink& link = baseline ? *baseline_ : *link_;
    if (fresh_) generator_.rewind();
    if (!baseline) XDPBENCH_CHECK(restore_state());
    // Benches that are measured in turn have only one map where others own it.
    if (link.sockets() != nullptr) XDPBENCH_CHECK(link.sockets()->put_again());
    const std::uint64_t first = generator_.next_frame();
    XDPBENCH_TRY(const testbed::LinkWindow timed,
                 testbed::run_window(link, generator_, network_, frames));
    const testbed::LinkCounts& counts = timed.counts;
    if (counted != nullptr) {
        testbed::add_counts(counts, *counted);
        watch_->note(first, frames);
        sending_seconds_ += timed.sending_seconds;
    }
    (baseline ? baseline_end_ : end_) = testbed::redirect_end(counts);
    // Frames that were not done with the generator are another thread's work (ksoftirqd).
    const bool all_done = timed.seconds <= timed.sending_seconds;
    return Window{counts.handled(),
                  counts.received + counts.passed + counts.forwarded + counts.sockets.frames,
                  by_cpu_time_ && all_done ? timed.cpu_seconds : timed.seconds, timed.stopped};
}

Result<model::BenchRecord> VethBench::finish() {
    XDPBENCH_TRY(model::BenchRecord record, BenchRig::finish());
    std::erase_if(record.cpus,
                  [](const model::CpuTally& cpu) { return cpu.actions == model::ActionTally{}; });
    if (record.rounds.empty()) return record;
    verify_paths(link_->source(), record);
    find_bound(record, sending_seconds_);
    return record;
}

}  // namespace xdpbench::bench
