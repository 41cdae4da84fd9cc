#include "bench/bench.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "base/clock.h"
#include "base/interrupt.h"
#include "stats/summary.h"
#include "traffic/busiest_process.h"

namespace xdpbench::bench {
namespace {

constexpr double kCalibrationSeconds = 0.1;
constexpr double kLongestWarmUpSeconds = 0.5;
// Pairs of windows of a shared core are measured again, for so many times a round at most.
constexpr std::uint64_t kSparePairs = 2;
// Pairs that count before a figure is judged for the first time: 5 in each block.
constexpr std::size_t kFirstLook = 100;
// A measurement of fewer pairs is too short to tell a busy machine from an accident.
constexpr std::size_t kFewestToJudge = 20;
// With fewer pairs that count the result is invalid.
constexpr std::size_t kFewestPairs = 5;

// Whether a bench as long as necessary has to end: too few pairs have some more time.
bool is_over(double seconds, double goal, std::size_t pairs) {
    constexpr double kMoreTime = 3;
    return seconds >= goal * (pairs < kFewestToJudge ? kMoreTime : 1);
}

// That this process spent in its own code, all threads together.
double user_seconds() {
    rusage usage = {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec) * 1e-6;
}

}  // namespace

Result<void> BenchRig::require_same_end(model::End end, model::End baseline_end) const {
    if (record_.setup.action != model::Action::redirect || record_.setup.mixed ||
        end == baseline_end)
        return {};
    const std::string what = fmt::format(
        "the program's redirected frames {}, those of the empty program that it is timed "
        "against {}",
        testbed::end_text(end), testbed::end_text(baseline_end));
    if (end == model::End::nowhere)
        return Error{ErrorKind::invalid, what,
                     "its redirects fail, or lead to where nothing receives: a replay tells",
                     "give its map a target, or time it alone (test_run)"};
    return Error{ErrorKind::invalid, what,
                 "it redirects without a map, or to several entries of one: which of them its "
                 "frames take cannot be seen from outside",
                 "let it redirect by one entry of a DEVMAP or CPUMAP, or time it alone (test_run)"};
}

Result<void> BenchRig::calibrate(double seconds, std::uint64_t fewest, std::uint64_t most) {
    window_frames_ = fewest;
    const Clock::time_point start = Clock::now();
    while (seconds_since(start) < kCalibrationSeconds) {
        XDPBENCH_TRY(const Window measured, window(false, window_frames_, nullptr));
        XDPBENCH_CHECK(window(true, window_frames_, nullptr));
        const double fitting =
            static_cast<double>(window_frames_) * seconds / std::max(measured.seconds, 1e-6);
        window_frames_ = std::clamp(static_cast<std::uint64_t>(fitting), fewest, most);
    }
    std::array<double, 5> seconds_each{};
    std::array<double, 5> pair_seconds{};
    for (std::size_t i = 0; i < seconds_each.size(); ++i) {
        const Clock::time_point begun = Clock::now();
        XDPBENCH_TRY(const Window measured, window(false, window_frames_, nullptr));
        XDPBENCH_CHECK(window(true, window_frames_, nullptr));
        seconds_each[i] = measured.seconds;
        pair_seconds[i] = seconds_since(begun);
    }
    window_seconds_ = stats::median(seconds_each).value_or(seconds);
    pair_seconds_ = stats::median(pair_seconds).value_or(2 * seconds);
    return {};
}

Result<void> BenchRig::warm_up(double seconds) {
    const double enough = std::min(seconds, kLongestWarmUpSeconds);
    const Clock::time_point start = Clock::now();
    std::vector<double> cycle_ns;
    std::vector<double> core_ipc;
    do {
        XDPBENCH_TRY(const WindowPair pair, run_pair(nullptr));
        if (!pair.core.cycle_ns()) continue;
        cycle_ns.push_back(*pair.core.cycle_ns());
        core_ipc.push_back(pair.core.ipc());
    } while (seconds_since(start) < enough);
    if (record_.clock_cycle_ns == 0) record_.clock_cycle_ns = stats::median(cycle_ns).value_or(0);
    record_.core_ipc = std::max(record_.core_ipc, model::own_core_ipc(core_ipc));
    return {};
}

std::uint64_t BenchRig::windows_in(double seconds) const {
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(std::llround(seconds / window_seconds_)));
}

void BenchRig::begin_round(std::uint64_t pairs) {
    round_ = model::BenchRound{};
    round_.clock_cycle_ns = record_.clock_cycle_ns;
    spare_pairs_ = kSparePairs * pairs;
    round_evidence_.clear();
}

void BenchRig::watch(WindowPair& pair, const Window& window) {
    // Where nobody watches the thread, all of its time was its own.
    stats::WindowEvidence evidence{.wall_seconds = window.seconds, .cpu_seconds = window.seconds};
    if (reader_) evidence = reader_->end();
    if (!whole_cpu_time_) evidence.cpu_seconds = evidence.wall_seconds - evidence.waited_seconds;
    pair.evidence += evidence;
    if (pair.disturbance == stats::Disturbance::none) pair.disturbance = stats::judge(evidence);
    if (window.stopped) pair.disturbance = stats::Disturbance::stopped;
}

Result<bool> BenchRig::find_whole_cpu_time() {
    constexpr int kWindows = 9;
    constexpr double kWhole = 0.95;  // less is taken out
    std::vector<double> shares;
    for (int i = 0; i < kWindows && reader_; ++i) {
        reader_->begin();
        XDPBENCH_CHECK(window(true, window_frames_, nullptr));
        const stats::WindowEvidence seen = reader_->end();
        const double had = seen.wall_seconds - seen.waited_seconds;
        if (had > 0) shares.push_back(seen.cpu_seconds / had);
    }
    whole_cpu_time_ = stats::median(shares).value_or(1) >= kWhole;
    return whole_cpu_time_;
}

Result<BenchRig::WindowPair> BenchRig::run_pair(model::BenchRecord* counted) {
    WindowPair pair;
    pair.start = Clock::now();
    if (on_this_cpu_) pair.core.read_width();
    for (const bool of_baseline : {baseline_first_, !baseline_first_}) {
        if (reader_) reader_->begin();
        if (of_baseline) {
            XDPBENCH_TRY(pair.baseline, window(true, window_frames_, nullptr));
        } else {
            XDPBENCH_TRY(pair.program, window(false, window_frames_, counted));
        }
        watch(pair, of_baseline ? pair.baseline : pair.program);
        if (!on_this_cpu_) continue;
        if (of_baseline == baseline_first_) pair.core.read_clock();
        pair.core.read_width();
    }
    baseline_first_ = !baseline_first_;
    return pair;
}

void BenchRig::add_to_round(const WindowPair& pair) {
    round_.offered += window_frames_;
    round_.processed += pair.program.processed;
    round_.forwarded += pair.program.forwarded;
    round_.seconds += pair.program.seconds;
    round_.baseline_packets += pair.baseline.processed;
    round_.baseline_seconds += pair.baseline.seconds;
    round_.started.push_back(std::chrono::duration<double>(pair.start - run_start_).count());
    round_.window_ns.push_back(model::ns_each(pair.program.seconds, pair.program.processed));
    round_.baseline_window_ns.push_back(
        model::ns_each(pair.baseline.seconds, pair.baseline.processed));
    if (pair.core.cycle_ns()) {
        round_.cycle_ns.push_back(*pair.core.cycle_ns());
        round_.core_ipc.push_back(pair.core.ipc());
    }
    round_.disturbance.push_back(pair.disturbance);
    round_evidence_.push_back(pair.evidence);
}

Result<BenchRig::WindowPair> BenchRig::run_counted_pair() {
    const Clock::time_point start = Clock::now();
    const double user = user_seconds();
    XDPBENCH_TRY(const WindowPair pair, run_pair(&record_));
    record_.seconds += pair.program.seconds;
    record_.user_seconds += user_seconds() - user;
    record_.measured_seconds += seconds_since(start);
    return pair;
}

bool BenchRig::counts(const WindowPair& pair) const {
    const bool own = !pair.core.cycle_ns() || pair.core.ipc() >= record_.core_ipc * model::kOwnCore;
    return own && pair.disturbance == stats::Disturbance::none;
}

Result<void> BenchRig::run_windows() {
    for (;;) {
        XDPBENCH_TRY(const WindowPair pair, run_counted_pair());
        add_to_round(pair);
        if (counts(pair) || spare_pairs_ == 0) return {};
        --spare_pairs_;
    }
}

model::BenchRound BenchRig::end_round() {
    evidence_.insert(evidence_.end(), round_evidence_.begin(), round_evidence_.end());
    record_.rounds.push_back(round_);
    record_.core_ipc = std::max(record_.core_ipc, model::own_core_ipc(record_.rounds));
    model::find_shared_windows(record_.rounds, record_.core_ipc);
    return record_.rounds.back();
}

void BenchRig::aim_at(const PrecisionGoal& goal) {
    const double fitting = goal.seconds / std::max(pair_seconds_, 1e-6);
    plan_.precision = goal.precision;
    plan_.looks =
        stats::plan_looks(kFirstLook, std::max(kFirstLook, static_cast<std::size_t>(fitting)));
    begin_round(0);
}

Result<void> BenchRig::measure(double seconds,
                               const std::function<void(const model::BenchPrecision&)>& progress) {
    const Clock::time_point start = Clock::now();
    Clock::time_point shown = start;
    while (!done()) {
        if (interrupted()) return interrupted_error();
        XDPBENCH_TRY(const WindowPair pair, run_counted_pair());
        pairs_.push_back(pair);
        add_to_round(pair);
        clean_pairs_ += counts(pair) ? 1 : 0;
        show(shown, progress);
        if (is_over(seconds_since(start), seconds, pairs_.size())) break;
        if (clean_pairs_ < plan_.looks[looks_taken_]) continue;
        ++looks_taken_;
        std::vector<model::BenchRound> so_far{round_};
        model::find_shared_windows(so_far, record_.core_ipc);
        const auto known = model::find_precision(so_far, plan_);
        reached_goal_ = known && known->enough();
    }
    return {};
}

void BenchRig::show(Clock::time_point& last,
                    const std::function<void(const model::BenchPrecision&)>& progress) {
    constexpr double kEverySeconds = 0.25;
    if (seconds_since(last) < kEverySeconds) return;
    last = Clock::now();
    std::vector<model::BenchRound> so_far{round_};
    model::find_shared_windows(so_far, record_.core_ipc);
    const auto known = model::find_precision(so_far, plan_);
    if (!known) return;
    if (record_.first_figure_seconds == 0) record_.first_figure_seconds = seconds_since(run_start_);
    progress(*known);
}

void BenchRig::divide(int rounds) {
    const std::size_t parts =
        std::min<std::size_t>(pairs_.size(), static_cast<std::size_t>(rounds));
    for (std::size_t part = 0; part < parts; ++part) {
        begin_round(0);
        const std::size_t end = (part + 1) * pairs_.size() / parts;
        for (std::size_t i = part * pairs_.size() / parts; i < end; ++i) add_to_round(pairs_[i]);
        end_round();
    }
}

void BenchRig::judge_windows() {
    record_.windows = {};
    auto evidence = evidence_.begin();
    for (const model::BenchRound& round : record_.rounds) {
        for (std::size_t i = 0; i < round.disturbance.size(); ++i) {
            record_.windows.add(*evidence++, round.reason(i));
        }
    }
    // The time was too short: so few windows cannot be judged.
    const bool cut_short = !plan_.looks.empty() && !interrupted() && !record_.precision &&
                           record_.windows.windows() < kFewestToJudge;
    // Fixed rounds may be too short to be judged, or what was lost is in no figure.
    const bool judged =
        record_.windows.windows() >= kFewestToJudge && !record_.cpu_time && reader_.has_value();
    const stats::EvidenceLimits limits{.fewest_windows = cut_short ? kFewestToJudge : kFewestPairs};
    if (!(cut_short || judged) || !stats::why_too_few(record_.windows, {}, limits)) return;
    record_.outcome = model::Outcome::invalid;
    record_.message = *stats::why_too_few(record_.windows, find_suspects(), limits);
    if (cut_short)
        record_.message += "\nthe time was spent before more were measured: --budget 30s";
}

stats::Suspects BenchRig::find_suspects() const {
    constexpr double kWatchSeconds = 0.1;
    stats::Suspects suspects;
    if (!reader_) return suspects;
    suspects.cpu = reader_->cpu();
    if (!reader_->quotas().empty()) suspects.quota = reader_->quotas().front().text();
    const auto process = traffic::busiest_process_on(suspects.cpu, kWatchSeconds);
    if (process) suspects.process = process->text();
    return suspects;
}

Result<model::BenchRecord> BenchRig::finish() {
    record_.precision = model::find_precision(record_.rounds, plan_);
    judge_windows();
    if (record_.precision && record_.precision->broken_baseline()) {
        record_.outcome = model::Outcome::invalid;
        // Over real ports the empty program stands in the program's own place.
        const bool ports = record_.setup.placement == model::Placement::device;
        record_.message = fmt::format(
            "the program costs {:.1f} ns less than the empty program that it is timed against: {}",
            -record_.precision->program_ns.figure,
            ports ? "what ports and cable do with the frames changed meanwhile"
                  : "the baseline does not take the same path");
    }
    return record_;
}

void BenchRig::expect_core(const std::map<int, KnownCore>& cores) {
    const auto known = cores.find(record_.setup.cpu);
    if (!on_this_cpu_ || known == cores.end()) return;
    record_.core_ipc = known->second.ipc;
    record_.clock_cycle_ns = known->second.cycle_ns;
}

void BenchRig::tell_core(std::map<int, KnownCore>& cores) const {
    if (on_this_cpu_) cores[record_.setup.cpu] = {record_.core_ipc, record_.clock_cycle_ns};
}

Result<void> BenchRig::keep_state(const bpf::Program& program) {
    XDPBENCH_TRY(state_, program.save_state());
    fresh_ = true;
    return {};
}

Result<void> BenchRig::restore_state() const { return state_ ? state_->restore() : Result<void>{}; }

void BenchRig::watch_paths(Paths paths) {
    paths_ = std::move(paths);
    watch_.emplace(paths_);
    record_.state =
        model::BenchState{fresh_,         paths_.steady,
                          paths_.passes,  paths_.tally,
                          paths_.first,   paths_.lowest,
                          paths_.highest, state_ ? state_->kept() : std::vector<std::string>{}};
}

void BenchRig::verify_paths(testbed::ActionSource source, model::BenchRecord& record) const {
    // Where frames of several paths arrive, one that is still on its way looks like a dropped one.
    if (record.setup.mixed && source == testbed::ActionSource::arrivals) return;
    testbed::attribute(source, watch_->tally(), record.actions);
    const Result<void> held = watch_->verify(record.actions);
    if (!held) model::end_with(record, held.error());
}

}  // namespace xdpbench::bench
