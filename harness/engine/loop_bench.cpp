#include "engine/loop_bench.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "kernel/counters.h"
#include "kernel/environment.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

constexpr unsigned kProgramSlot = 0;
constexpr unsigned kFloorSlot = 1;
// Long enough that the system call around it costs nothing, short enough that drift hits program
// and floor alike.
constexpr double kLoopWindowSeconds = 0.002;
constexpr std::uint64_t kSmallestWindow = 500;
constexpr std::uint64_t kLargestWindow = 1'000'000;

}  // namespace

LoopBench::LoopBench(Topology topology, Program program, EmptyProgram empty, RefreshLoop loop)
    : topology_(std::move(topology)),
      program_(std::move(program)),
      empty_(std::move(empty)),
      loop_(std::move(loop)) {}

Result<std::unique_ptr<BenchRig>> LoopBench::create(const BenchCase& bench) {
    XDPBENCH_CHECK(require_timeable());
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(bench.cpus.program));
    const Subject& subject = *bench.subject;
    XDPBENCH_TRY(const Frames frames, bench_frames(subject, bench.shape));
    XDPBENCH_TRY(Paths paths, find_paths(subject, frames));
    XDPBENCH_TRY(Topology topology, Topology::create(1, 0, topology_of(subject)));
    XDPBENCH_TRY(Program program, load_program(subject, topology));
    XDPBENCH_TRY(EmptyProgram empty, EmptyProgram::load(paths.action, program, topology, 0, 0));
    XDPBENCH_TRY(RefreshLoop loop, RefreshLoop::create(frames, program.has_frags()));
    XDPBENCH_CHECK(loop.park(topology.tester, topology.parking));
    XDPBENCH_CHECK(loop.place(kProgramSlot, program.fd()));
    XDPBENCH_CHECK(loop.place(kFloorSlot, empty.fd()));
    BenchRecord record = describe_bench(bench, frames, paths);
    std::unique_ptr<LoopBench> rig(
        new LoopBench(std::move(topology), std::move(program), std::move(empty), std::move(loop)));
    rig->watch_paths(std::move(paths));
    rig->record_ = std::move(record);
    rig->on_this_cpu_ = true;
    XDPBENCH_TRY(const auto counters, read_counters(rig->program_));
    rig->record_.counted_by = counters ? "the program's map " XDP_COUNTERS_MAP
                                       : "the return value of every window's last packet";
    XDPBENCH_CHECK(rig->verify_each_frame());
    XDPBENCH_CHECK(rig->calibrate(kLoopWindowSeconds, kSmallestWindow, kLargestWindow));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<void> LoopBench::verify_each_frame() {
    for (std::size_t i = 0; i < paths_.returned.size(); ++i)
        XDPBENCH_CHECK(window(false, 1, nullptr));
    return {};
}

Result<BenchRig::Window> LoopBench::window(bool floor, std::uint64_t frames,
                                           BenchRecord* /*counted*/) {
    XDPBENCH_TRY(const TimedRuns timed,
                 loop_.run(topology_.tester, floor ? kFloorSlot : kProgramSlot,
                           static_cast<std::uint32_t>(frames)));
    if (!floor) XDPBENCH_CHECK(watch_->note(timed));
    return Window{timed.runs, 0, timed.cpu_seconds};
}

Result<BenchRecord> LoopBench::finish() {
    XDPBENCH_TRY(BenchRecord record, BenchRig::finish());
    if (record.rounds.empty()) return record;
    // After an interruption nothing runs any more; what every window noted still has to hold.
    if (!interrupted()) XDPBENCH_CHECK(verify_each_frame());
    XDPBENCH_CHECK(watch_->verify(program_));
    record.actions = watch_->tally();
    return record;
}

}  // namespace xdpbench
