#include "bench/loop_bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "base/interrupt.h"
#include "bench/fragments.h"
#include "bpf/counters.h"
#include "probe/environment.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {
namespace {

constexpr unsigned kProgramSlot = 0;
constexpr unsigned kBaselineSlot = 1;
// Long enough that the system call around it costs nothing, short enough that drift hits program
// and baseline alike.
constexpr double kLoopWindowSeconds = 0.002;
constexpr std::uint64_t kSmallestWindow = 500;
constexpr std::uint64_t kLargestWindow = 1'000'000;

}  // namespace

LoopBench::LoopBench(net::Network network, bpf::Program program, testbed::EmptyProgram empty,
                     traffic::RefreshLoop loop)
    : network_(std::move(network)),
      program_(std::move(program)),
      empty_(std::move(empty)),
      loop_(std::move(loop)) {}

Result<std::unique_ptr<BenchRig>> LoopBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(probe::require_timeable());
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(bench.cpus.program));
    const target::Target& target = *bench.target;
    if (target.scenario.network)
        return unavailable_error(
            "the program is not timed alone",
            "its scenario has a network, and the frames of the loop come in by "
            "an interface that is not in it",
            "time it end to end: --mode native, generic");
    XDPBENCH_TRY(const auto traffic, traffic_of(bench));
    const packet::Frames& frames = traffic->frames;
    const Paths& paths = traffic->paths;
    XDPBENCH_TRY(net::Network network, net::Network::create(1, 0, target::network_of(target)));
    XDPBENCH_TRY(bpf::Program program, target::load_for_test_runs(target, network));
    if (program.has_frags())
        XDPBENCH_CHECK(
            require_same_fragments(frames, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))));
    XDPBENCH_TRY(testbed::EmptyProgram empty,
                 testbed::EmptyProgram::load(paths.action, program, network, 0, 0));
    XDPBENCH_TRY(traffic::RefreshLoop loop,
                 traffic::RefreshLoop::create(frames, program.has_frags()));
    XDPBENCH_CHECK(loop.park(network.tester, network.parking));
    XDPBENCH_CHECK(loop.place(kProgramSlot, program.fd()));
    XDPBENCH_CHECK(loop.place(kBaselineSlot, empty.fd()));
    model::BenchSetup setup = describe_bench(bench, frames, paths);
    std::unique_ptr<LoopBench> rig(
        new LoopBench(std::move(network), std::move(program), std::move(empty), std::move(loop)));
    // A redirect to an empty entry is none. Nothing arrives there.
    XDPBENCH_TRY(rig->sockets_, xsk::idle_sockets_for(rig->program_, rig->network_.dut,
                                                      rig->network_.links[0].dut));
    if (rig->sockets_) XDPBENCH_CHECK(rig->sockets_->put_into(rig->empty_.program()));
    if (bench.fresh) XDPBENCH_CHECK(rig->keep_state(rig->program_));
    rig->watch_paths(paths);
    rig->record_.setup = std::move(setup);
    rig->on_this_cpu_ = true;
    rig->watch_thread(bench.cpus.program);
    rig->record_.cpu_time = true;
    XDPBENCH_TRY(const auto counters, bpf::read_counters(rig->program_));
    rig->record_.setup.counted_by = counters && !rig->program_.is_shared()
                                        ? "the program's map " XDP_COUNTERS_MAP
                                        : "the return value of every window's last packet";
    XDPBENCH_CHECK(bring_to_state(rig->program_, frames, paths));
    XDPBENCH_CHECK(rig->watch_->start(rig->program_));
    XDPBENCH_CHECK(rig->verify_each_frame());
    // With fresh maps a frame is the first of its flow once in a window.
    const std::uint64_t most = bench.fresh ? frames.size() : kLargestWindow;
    XDPBENCH_CHECK(rig->calibrate(kLoopWindowSeconds, std::min(kSmallestWindow, most), most));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<void> LoopBench::verify_each_frame() {
    if (fresh_) {
        XDPBENCH_CHECK(window(false, paths_.returned.size(), nullptr));
        return {};
    }
    for (std::size_t i = 0; i < paths_.returned.size(); ++i)
        XDPBENCH_CHECK(window(false, 1, nullptr));
    return {};
}

Result<BenchRig::Window> LoopBench::window(bool baseline, std::uint64_t frames,
                                           model::BenchRecord* /*counted*/) {
    if (fresh_) loop_.seek(0);
    if (!baseline) XDPBENCH_CHECK(restore_state());
    if (sockets_) XDPBENCH_CHECK(sockets_->put_again());
    XDPBENCH_TRY(const traffic::TimedRuns timed,
                 loop_.run(network_.tester, baseline ? kBaselineSlot : kProgramSlot,
                           static_cast<std::uint32_t>(frames)));
    if (!baseline) XDPBENCH_CHECK(watch_->note(timed));
    return Window{timed.runs, 0, timed.cpu_seconds, timed.cut_runs > 0};
}

Result<model::BenchRecord> LoopBench::finish() {
    XDPBENCH_TRY(model::BenchRecord record, BenchRig::finish());
    if (record.rounds.empty()) return record;
    // After an interruption nothing runs any more; what every window noted still has to hold.
    if (!interrupted()) XDPBENCH_CHECK(verify_each_frame());
    XDPBENCH_CHECK(watch_->verify(program_));
    record.actions = watch_->tally();
    return record;
}

}  // namespace xdpbench::bench
