#include "engine/bench.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "base/interrupt.h"
#include "base/text.h"
#include "empty.skel.h"
#include "kernel/environment.h"
#include "kernel/test_run.h"
#include "packet/dissect.h"
#include "stats/summary.h"

namespace xdpbench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kCalibrationSeconds = 0.2;
constexpr double kWarmUpSeconds = 0.5;
// Long enough that starting and reading cost nothing, short enough that drift hits both lanes
// alike.
constexpr double kWindowSeconds = 0.03;
constexpr std::uint64_t kSmallestWindow = 1024;
constexpr std::uint64_t kLargestWindow = 65536;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// Distinct combinations of addresses, protocol and ports (or ICMP id): the flows of RFC 2544 tests.
std::uint64_t count_flows(const Frames& frames) {
    static const std::set<std::string> parts{"ip.src",    "ip.dst",    "ip.proto",  "ip6.src",
                                             "ip6.dst",   "ip6.next",  "tcp.sport", "tcp.dport",
                                             "udp.sport", "udp.dport", "icmp.id",   "icmp6.id"};
    std::set<std::string> flows;
    for (const Frame& frame : frames) {
        std::string flow;
        for (const Field& field : dissect(frame)) {
            if (parts.contains(field.name)) flow += field.value + ' ';
        }
        flows.insert(flow);
    }
    return flows.size();
}

struct Paths {
    Action action = Action::pass;  // the one that is timed
    bool mixed = false;
};

// What the program does with each frame, one after the other as in the bench. A scenario names the
// path and every frame must take it; otherwise the commonest is taken.
Result<Paths> find_paths(const Subject& subject, const Frames& frames) {
    XDPBENCH_TRY(Program program, open_program(subject));
    XDPBENCH_CHECK(program.load());
    TestRunner runner(program.fd());
    ActionTally tally{};
    for (std::size_t i = 0; i < frames.size(); ++i) {
        XDPBENCH_TRY(const TestRunOutput output, runner.run(frames[i].bytes));
        if (output.returned >= tally.size())
            return Error{ErrorKind::invalid,
                         fmt::format("frame {} of the traffic returned {}", i,
                                     returned_text(output.returned)),
                         {},
                         "such a program drops it in a driver; correct it first"};
        if (subject.judged &&
            output.returned != static_cast<std::uint32_t>(subject.scenario.bench->action)) {
            return Error{
                ErrorKind::invalid,
                fmt::format("{} is to be timed, but frame {} of {} takes {}",
                            action_name(subject.scenario.bench->action), i,
                            subject.scenario.bench->traffic.text, returned_text(output.returned)),
                {},
                "correct the scenario's bench, or the program"};
        }
        ++tally[output.returned];
    }
    const auto most = std::max_element(tally.begin(), tally.end());
    return Paths{static_cast<Action>(most - tally.begin()), *most != frames.size()};
}

class Floor {
  public:
    static Result<Floor> load(Action action) {
        Floor floor;
        floor.skeleton_.reset(empty__open());
        if (!floor.skeleton_) return system_error("cannot open the empty program", errno);
        floor.skeleton_->rodata->action = static_cast<std::uint32_t>(action);
        if (const int error = empty__load(floor.skeleton_.get()); error != 0)
            return system_error("cannot load the empty program", error);
        return floor;
    }
    [[nodiscard]] int fd() const { return ::bpf_program__fd(skeleton_->progs.empty); }

  private:
    struct Close {
        void operator()(empty* skeleton) const { empty__destroy(skeleton); }
    };
    std::unique_ptr<empty, Close> skeleton_;
};

}  // namespace

BenchRig::BenchRig(PairTopology topology, Program program, Generator generator)
    : topology_(std::move(topology)),
      program_(std::move(program)),
      generator_(std::move(generator)) {}

Result<std::unique_ptr<BenchRig>> BenchRig::create(const Subject& subject, Mode mode) {
    XDPBENCH_CHECK(require_timeable());
    const FrameRef& traffic = subject.judged ? subject.scenario.bench->traffic : subject.traffic;
    XDPBENCH_TRY(const Frames frames, load_frames(traffic, subject.scenario));
    XDPBENCH_TRY(const Paths paths, find_paths(subject, frames));
    const auto [shortest, longest] = std::minmax_element(
        frames.begin(), frames.end(),
        [](const Frame& a, const Frame& b) { return a.bytes.size() < b.bytes.size(); });

    XDPBENCH_TRY(Generator generator, Generator::create(frames));
    XDPBENCH_TRY(PairTopology topology, PairTopology::create(2, longest->bytes.size()));
    XDPBENCH_CHECK(generator.park(topology.tester, topology.parking));
    XDPBENCH_TRY(Program program, open_program(subject));
    XDPBENCH_CHECK(program.load());
    XDPBENCH_TRY(const Floor floor, Floor::load(paths.action));
    std::unique_ptr<BenchRig> rig(
        new BenchRig(std::move(topology), std::move(program), std::move(generator)));
    XDPBENCH_TRY(EquippedLane lane, EquippedLane::create(rig->topology_, 0, &rig->program_,
                                                         rig->program_.fd(), mode, {}));
    rig->lane_.emplace(std::move(lane));
    XDPBENCH_TRY(EquippedLane floor_lane,
                 EquippedLane::create(rig->topology_, 1, nullptr, floor.fd(), mode, {}));
    rig->floor_.emplace(std::move(floor_lane));

    BenchRecord& record = rig->record_;
    record.program = subject.scenario.name;
    record.mode = mode_name(mode);
    record.action = action_name(paths.action);
    record.mixed = paths.mixed;
    record.traffic = traffic.text;
    record.frames = frames.size();
    record.shortest = shortest->bytes.size();
    record.longest = longest->bytes.size();
    record.flows = count_flows(frames);
    record.cpu = ::sched_getcpu();
    record.counted_by = rig->lane_->counted_by();
    XDPBENCH_CHECK(rig->calibrate());
    return rig;
}

Result<BenchRig::Window> BenchRig::window(const EquippedLane& lane, std::uint64_t frames) {
    XDPBENCH_TRY(const LaneCounts before, lane.read());
    const Clock::time_point start = Clock::now();
    XDPBENCH_CHECK(generator_.send(topology_.tester, lane.tester().index, frames));
    double seconds = seconds_since(start);
    XDPBENCH_TRY(LaneCounts now, lane.read());
    LaneCounts counts = since(before, now);
    if (!unbalanced(counts, frames).empty()) {
        // Some frames are still on their way: their time belongs to the window.
        XDPBENCH_TRY(counts, settled(lane, before, frames));
        if (unbalanced(counts, frames).empty()) seconds = seconds_since(start);
    }
    const std::string imbalance = unbalanced(counts, frames);
    if (!imbalance.empty()) {
        return Error{ErrorKind::invalid,
                     "the books of a window do not balance: " + imbalance,
                     {},
                     "something else sent or took frames, or this is a fault of xdp-bench"};
    }
    return Window{std::move(counts), seconds};
}

Result<void> BenchRig::calibrate() {
    window_frames_ = kSmallestWindow;
    const Clock::time_point start = Clock::now();
    while (seconds_since(start) < kCalibrationSeconds) {
        XDPBENCH_TRY(const Window measured, window(*lane_, window_frames_));
        XDPBENCH_CHECK(window(*floor_, window_frames_));
        window_seconds_ = measured.seconds;
        const double fitting =
            static_cast<double>(window_frames_) * kWindowSeconds / std::max(measured.seconds, 1e-6);
        window_frames_ =
            std::clamp(static_cast<std::uint64_t>(fitting), kSmallestWindow, kLargestWindow);
    }
    XDPBENCH_TRY(const Window measured, window(*lane_, window_frames_));
    window_seconds_ = measured.seconds;
    return {};
}

Result<void> BenchRig::warm_up() {
    const Clock::time_point start = Clock::now();
    while (seconds_since(start) < kWarmUpSeconds) {
        XDPBENCH_CHECK(window(*lane_, window_frames_));
        XDPBENCH_CHECK(window(*floor_, window_frames_));
    }
    return {};
}

std::uint64_t BenchRig::windows_in(double seconds) const {
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::llround(seconds / window_seconds_)));
}

void BenchRig::begin_round() { round_ = BenchRound{}; }

Result<double> BenchRig::run_windows() {
    Window program;
    Window floor;
    if (floor_first_) {
        XDPBENCH_TRY(floor, window(*floor_, window_frames_));
    }
    XDPBENCH_TRY(program, window(*lane_, window_frames_));
    if (!floor_first_) {
        XDPBENCH_TRY(floor, window(*floor_, window_frames_));
    }
    floor_first_ = !floor_first_;

    round_.offered += window_frames_;
    round_.processed += program.counts.handled();
    round_.forwarded += program.counts.received + program.counts.passed;
    round_.seconds += program.seconds;
    round_.floor_packets += floor.counts.handled();
    round_.floor_seconds += floor.seconds;
    record_.seconds += program.seconds;
    for (std::size_t i = 0; i < record_.actions.size(); ++i)
        record_.actions[i] += program.counts.actions[i];
    record_.cpus.resize(program.counts.cpus.size());
    for (std::size_t cpu = 0; cpu < record_.cpus.size(); ++cpu) {
        record_.cpus[cpu].cpu = program.counts.cpus[cpu].cpu;
        for (std::size_t i = 0; i < record_.actions.size(); ++i)
            record_.cpus[cpu].actions[i] += program.counts.cpus[cpu].actions[i];
    }
    for (const auto& [name, frames] : program.counts.losses) record_.losses[name] += frames;
    return program.seconds;
}

BenchRound BenchRig::end_round() {
    record_.rounds.push_back(round_);
    return round_;
}

BenchRecord BenchRig::finish() const {
    BenchRecord record = record_;
    std::erase_if(record.cpus, [](const CpuTally& cpu) { return cpu.actions == ActionTally{}; });
    if (record.rounds.empty()) return record;
    const auto each =
        measure_rounds(record.rounds, [](const BenchRound& r) { return r.ns_per_packet(); });
    const auto floors =
        measure_rounds(record.rounds, [](const BenchRound& r) { return r.floor_ns(); });
    const double share = 1 - median(floors).value_or(0) / median(each).value_or(1);
    record.bound = share > 0.5 ? "program" : "generator";
    record.evidence = fmt::format(
        "{:.1f} % of the time per packet is the program's, the rest is generator and path (the "
        "floor)",
        std::max(0.0, share) * 100);
    std::uint64_t handled = 0;
    for (const std::uint64_t frames : record.actions) handled += frames;
    for (std::size_t i = 0; i < record.actions.size() && !record.mixed; ++i) {
        const auto action = static_cast<Action>(i);
        if (record.action == action_name(action) && record.actions[i] != handled) {
            record.outcome = Outcome::invalid;
            record.message = fmt::format("{} of {} took another path than {} while they were timed",
                                         thousands(handled - record.actions[i]),
                                         counted(handled, "frame"), record.action);
        }
    }
    return record;
}

}  // namespace xdpbench
