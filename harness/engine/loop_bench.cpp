#include "engine/loop_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "kernel/environment.h"
#include "kernel/test_run.h"

namespace xdpbench {
namespace {

constexpr unsigned kProgramSlot = 0;
constexpr unsigned kFloorSlot = 1;
// Long enough that the system call around it costs nothing, short enough that drift hits program
// and floor alike.
constexpr double kWindowSeconds = 0.0005;
constexpr std::uint64_t kSmallestWindow = 500;
constexpr std::uint64_t kLargestWindow = 1'000'000;

}  // namespace

LoopBench::LoopBench(PairTopology topology, Program program, EmptyProgram empty, RefreshLoop loop,
                     Paths paths)
    : topology_(std::move(topology)),
      program_(std::move(program)),
      empty_(std::move(empty)),
      loop_(std::move(loop)),
      paths_(std::move(paths)),
      runs_(paths_.returned.size()) {}

Result<std::unique_ptr<BenchRig>> LoopBench::create(const Subject& subject) {
    XDPBENCH_CHECK(require_timeable());
    XDPBENCH_TRY(const Frames frames, load_frames(bench_traffic(subject), subject.scenario));
    XDPBENCH_TRY(Paths paths, find_paths(subject, frames));
    XDPBENCH_TRY(Program program, open_program(subject));
    XDPBENCH_CHECK(program.load());
    XDPBENCH_TRY(EmptyProgram empty, EmptyProgram::load(paths.action, program.has_frags()));
    XDPBENCH_TRY(PairTopology topology, PairTopology::create(0, 0));
    XDPBENCH_TRY(RefreshLoop loop, RefreshLoop::create(frames, program.has_frags()));
    XDPBENCH_CHECK(loop.park(topology.tester, topology.parking));
    XDPBENCH_CHECK(loop.place(kProgramSlot, program.fd()));
    XDPBENCH_CHECK(loop.place(kFloorSlot, empty.fd()));
    BenchRecord record = describe_bench(subject, frames, paths);
    record.mode = "test_run";
    record.placement = "test_run";
    std::unique_ptr<LoopBench> rig(new LoopBench(std::move(topology), std::move(program),
                                                 std::move(empty), std::move(loop),
                                                 std::move(paths)));
    rig->record_ = std::move(record);
    XDPBENCH_TRY(const auto counters, read_counters(rig->program_));
    rig->record_.counted_by = counters ? "the program's map " XDP_COUNTERS_MAP
                                       : "the return value of every window's last packet";
    XDPBENCH_CHECK(rig->verify_each_frame());
    XDPBENCH_CHECK(rig->calibrate(kWindowSeconds, kSmallestWindow, kLargestWindow));
    return std::unique_ptr<BenchRig>(std::move(rig));
}

Result<void> LoopBench::verify_each_frame() {
    for (std::size_t i = 0; i < paths_.returned.size(); ++i)
        XDPBENCH_CHECK(window(false, 1, nullptr));
    return {};
}

Result<BenchRig::Window> LoopBench::window(bool floor, std::uint64_t frames, BenchRecord* counted) {
    XDPBENCH_TRY(const TimedRuns timed,
                 loop_.run(topology_.tester, floor ? kFloorSlot : kProgramSlot,
                           static_cast<std::uint32_t>(frames)));
    const Window result{timed.runs, 0, timed.cpu_seconds};
    const std::uint64_t count = paths_.returned.size();
    const std::uint64_t first = next_;
    next_ = static_cast<std::uint32_t>((first + frames) % count);
    if (floor) return result;
    if (timed.returned != paths_.returned[timed.frame]) {
        return Error{
            ErrorKind::invalid,
            fmt::format("frame {} returned {} while it was timed, but {} before", timed.frame,
                        returned_text(timed.returned), returned_text(paths_.returned[timed.frame])),
            "the program's verdict depends on what it has seen before",
            "time it end to end instead (--mode native), or give it traffic whose verdicts "
            "stay"};
    }
    // All whole turns, and the frames of the last one that is not whole.
    for (std::uint64_t i = 0; i < count; ++i) {
        const std::uint64_t position = (i + count - first) % count;
        const std::uint64_t runs = frames / count + (position < frames % count ? 1 : 0);
        runs_[i] += runs;
        if (counted != nullptr) counted->actions[paths_.returned[i]] += runs;
    }
    return result;
}

Result<void> LoopBench::verify_counters() const {
    XDPBENCH_TRY(const auto counters, read_counters(program_));
    if (!counters) return {};
    ActionTally expected{};
    for (std::size_t i = 0; i < runs_.size(); ++i) expected[paths_.returned[i]] += runs_[i];
    const ActionCounters sums = sum_cpus(*counters);
    for (std::size_t action = 0; action < expected.size(); ++action) {
        if (sums[action].packets == expected[action]) continue;
        return Error{
            ErrorKind::invalid,
            fmt::format("{} packets were to take {} while they were timed, but the "
                        "program counted {}",
                        thousands(expected[action]), action_name(static_cast<Action>(action)),
                        thousands(sums[action].packets)),
            "the program's verdict depends on what it has seen before",
            "time it end to end instead (--mode native)"};
    }
    return {};
}

Result<BenchRecord> LoopBench::finish() {
    XDPBENCH_TRY(BenchRecord record, BenchRig::finish());
    if (record.rounds.empty()) return record;
    XDPBENCH_CHECK(verify_each_frame());
    XDPBENCH_CHECK(verify_counters());
    return record;
}

}  // namespace xdpbench
