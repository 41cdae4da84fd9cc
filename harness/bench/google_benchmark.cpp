#include "bench/google_benchmark.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <ostream>
#include <span>
#include <sstream>
#include <utility>

#include "base/arguments.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "bench/budget.h"
#include "bench/library_exit.h"
#include "bench/loop_bench.h"
#include "bench/port_bench.h"
#include "bench/veth_bench.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {
namespace {

constexpr const char* kExecutable = "xdp-bench";

// Google Benchmark 1.8 replaced the flag by an enum, whose 0 is a run that is not skipped.
template <typename Run>
bool has_error(const Run& run) {
    if constexpr (requires { run.error_occurred; })
        return run.error_occurred;
    else
        return static_cast<int>(run.skipped) != 0;
}

// Google Benchmark's own document, without what would make the names of two runs differ: the number
// of iterations, which here is the number of packets of a calibrated round.
class DocumentReporter : public benchmark::BenchmarkReporter {
  public:
    DocumentReporter() {
        json_.SetOutputStream(&document_);
        json_.SetErrorStream(&document_);
    }
    bool ReportContext(const Context& context) override {
        return std::exchange(begun_, true) || json_.ReportContext(context);
    }
    void ReportRuns(const std::vector<Run>& runs) override {
        std::vector<Run> reported;
        bool error_told = false;  // once is enough: an interruption spoils all rounds to come
        for (Run run : runs) {
            if (has_error(run) && std::exchange(error_told, true)) continue;
            run.run_name.iterations.clear();
            // The coefficient of variation of a counter that is 0 throughout is NaN, which is no
            // JSON: one of them would cost the whole document.
            std::erase_if(run.counters,
                          [](const auto& counter) { return !std::isfinite(counter.second.value); });
            if (std::isfinite(run.real_accumulated_time) && std::isfinite(run.cpu_accumulated_time))
                reported.push_back(std::move(run));
        }
        if (!reported.empty()) json_.ReportRuns(reported);
    }
    // After each run of benchmarks; the document is done when all of them are.
    void Finalize() override {}
    [[nodiscard]] std::string document() {
        json_.Finalize();
        return document_.str();
    }

  private:
    std::ostringstream document_;
    benchmark::JSONReporter json_;
    bool begun_ = false;
};

// Takes what a run of benchmarks only to learn which of them are selected would report.
class NoReporter : public benchmark::BenchmarkReporter {
  public:
    NoReporter() {
        SetOutputStream(&nowhere_);
        SetErrorStream(&nowhere_);
    }
    bool ReportContext(const Context& /*context*/) override { return true; }
    void ReportRuns(const std::vector<Run>& /*runs*/) override {}

  private:
    std::ostream nowhere_{nullptr};
};

// What one registered benchmark keeps from repetition to repetition.
struct Registered : PreparedBench {
    bool selected = false;  // by --benchmark_filter
    int rounds_begun = 0;
};
using RegisteredBenches = std::vector<std::unique_ptr<Registered>>;

Result<std::unique_ptr<BenchRig>> create_rig(const BenchCase& what) {
    if (!what.mode) return LoopBench::create(what);
    return what.devices ? PortBench::create(what) : VethBench::create(what);
}

Registered prepare(const BenchCase& what, Clock::time_point run_start,
                   const std::function<void(const std::string&)>& progress) {
    Registered bench;
    bench.what = what;
    bench.name = what.name();
    progress(fmt::format("bench {}: preparing", bench.name));
    Result<std::unique_ptr<BenchRig>> rig = create_rig(what);
    if (rig) {
        bench.rig = std::move(*rig);
        bench.rig->set_run_start(run_start);
    } else {
        bench.error = rig.error();
    }
    return bench;
}

void add_counters(benchmark::State& state, const model::BenchRound& round, bool end_to_end) {
    if (end_to_end) {
        state.counters["offered_pps"] = round.rate(round.offered);
        state.counters["processed_pps"] = round.rate(round.processed);
        state.counters["forwarded_pps"] = round.rate(round.forwarded);
    }
    state.counters["baseline_ns"] = round.baseline_ns();
    state.counters["program_ns"] = round.program_ns();
    if (!round.cycle_ns.empty()) state.counters["program_cycles"] = round.program_cycles();
}

// How benches are run: for how long, and what becomes known while they are.
struct BenchSeries {
    double round_seconds = 0;
    int rounds = 0;
    std::optional<Budget> budget;    // as long as necessary
    std::map<int, KnownCore> cores;  // by CPU
    const std::function<void(const std::string&)>* progress = nullptr;
    bool selecting = false;  // nothing is measured or handed out yet
};

void report_round(benchmark::State& state, const Registered& bench,
                  const model::BenchRound& round) {
    // All at once, so that its time per iteration is our ns/packet: of the middle window.
    state.SetIterationTime(round.ns_per_packet() * 1e-9 * static_cast<double>(state.iterations()));
    add_counters(state, round, bench.what.mode.has_value());
}

// One repetition of a bench that was measured as long as necessary.
void hand_out_round(benchmark::State& state, Registered& bench) {
    const auto round = static_cast<std::size_t>(bench.rounds_begun++);
    while (state.KeepRunningBatch(state.max_iterations)) {
        if (!bench.error) continue;
        state.SkipWithError(bench.error->what.c_str());
        return;
    }
    const std::vector<model::BenchRound>& rounds = bench.rig->rounds();
    report_round(state, bench, rounds.at(std::min(round, rounds.size() - 1)));
}

// One repetition that only tells that the bench is selected.
void select(benchmark::State& state, Registered& bench) {
    bench.selected = true;
    while (state.KeepRunningBatch(state.max_iterations)) continue;
}

// One repetition: one round. Before the first of them as long to warm up.
void run_round(benchmark::State& state, Registered& bench, BenchSeries& series) {
    const std::function<void(const std::string&)>& progress = *series.progress;
    if (!bench.error && interrupted()) bench.error = interrupted_error();
    const Result<traffic::PinnedThread> pinned = pin_generator(bench.what);
    if (!bench.error && !pinned) bench.error = pinned.error();
    if (!bench.error && bench.rounds_begun == 0) {
        progress(fmt::format("bench {}: warming up", bench.name));
        bench.rig->expect_core(series.cores);
        const Result<void> warm = bench.rig->warm_up(series.round_seconds);
        if (!warm) bench.error = warm.error();
    }
    ++bench.rounds_begun;
    if (!bench.error) {
        progress(fmt::format("bench {}: round {}", bench.name, bench.rounds_begun));
        bench.rig->begin_round(bench.rig->windows_in(series.round_seconds));
    }
    // Also a round that cannot begin enters the loop: only then does Google Benchmark count its
    // iterations like those of the others, which its statistics insist on.
    const std::uint64_t packets = bench.rig ? bench.rig->window_frames() : 1;
    while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(packets))) {
        if (!bench.error) {
            const Result<void> measured = bench.rig->run_windows();
            if (measured) continue;
            bench.error = measured.error();
        }
        state.SkipWithError(bench.error->what.c_str());
        return;
    }
    const model::BenchRound round = bench.rig->end_round();
    bench.rig->tell_core(series.cores);
    report_round(state, bench, round);
}

model::BenchRecord unfinished(const BenchCase& bench, const Error& error) {
    model::BenchRecord record;
    record.setup = begin_setup(bench);
    model::end_with(record, error);
    return record;
}

model::BenchRecord record_of(const Registered& bench) {
    if (!bench.rig) return unfinished(bench.what, *bench.error);
    const Result<model::BenchRecord> finished = bench.rig->finish();
    if (!finished) return unfinished(bench.what, finished.error());
    model::BenchRecord record = *finished;
    // An interruption leaves the whole rounds good; any other error spoils all of them.
    const bool spoiled =
        bench.error && (bench.error->kind != ErrorKind::interrupted || record.rounds.empty());
    if (spoiled) model::end_with(record, *bench.error);
    return record;
}

Result<void> initialize(const BenchOptions& options) {
    std::vector<std::string> words{kExecutable,
                                   fmt::format("--benchmark_repetitions={}", options.rounds)};
    words.insert(words.end(), options.arguments.begin(), options.arguments.end());
    Arguments arguments(std::move(words));
    {
        const LibraryExit guard(
            "Google Benchmark does not take a flag behind --, or a variable BENCHMARK_... of the "
            "environment",
            LibraryExit::Errno::not_told);
        benchmark::Initialize(arguments.count(), arguments.values());
    }
    // Google Benchmark keeps the pointer to the first word, which `arguments` takes with it.
    benchmark::BenchmarkReporter::Context::executable_name = kExecutable;
    if (!arguments.left_over().empty()) {
        return input_error("Google Benchmark does not know " + arguments.left_over());
    }
    return {};
}

void register_bench(Registered& bench, BenchSeries& series) {
    // How many windows a bench takes that ends when it is exact enough is not known yet.
    const std::uint64_t windows =
        bench.rig && !series.budget ? bench.rig->windows_in(series.round_seconds) : 1;
    const std::uint64_t packets = bench.rig ? windows * bench.rig->window_frames() : 1;
    benchmark::RegisterBenchmark(bench.name.c_str(),
                                 [&bench, &series](benchmark::State& state) {
                                     if (series.selecting) {
                                         select(state, bench);
                                     } else if (series.budget) {
                                         hand_out_round(state, bench);
                                     } else {
                                         run_round(state, bench, series);
                                     }
                                 })
        ->UseManualTime()
        ->Iterations(static_cast<benchmark::IterationCount>(packets));
}

// Prepares all of the cases, then runs them.
void run_together(std::span<const BenchCase> cases, Clock::time_point run_start,
                  BenchSeries& series, DocumentReporter& reporter,
                  std::vector<model::BenchRecord>& records) {
    RegisteredBenches registered;
    for (const BenchCase& what : cases) {
        registered.push_back(
            std::make_unique<Registered>(prepare(what, run_start, *series.progress)));
        register_bench(*registered.back(), series);
    }
    if (series.budget) {
        NoReporter nobody;
        series.selecting = true;
        benchmark::RunSpecifiedBenchmarks(&nobody);
        series.selecting = false;
        std::vector<PreparedBench*> selected;
        for (const std::unique_ptr<Registered>& bench : registered) {
            if (bench->selected) selected.push_back(bench.get());
        }
        series.budget->measure(selected, registered.size(), series.rounds, series.cores);
    }
    benchmark::RunSpecifiedBenchmarks(&reporter);
    for (const std::unique_ptr<Registered>& bench : registered) {
        // Deselected by --benchmark_filter: not run, and so no result.
        // One that could not be prepared begins a round nevertheless.
        if (bench->rounds_begun > 0) records.push_back(record_of(*bench));
    }
    benchmark::ClearRegisteredBenchmarks();
}

}  // namespace

Result<BenchResults> run_benches(const std::vector<BenchCase>& cases, const BenchOptions& options,
                                 const std::function<void(const std::string&)>& progress) {
    XDPBENCH_CHECK(initialize(options));
    {
        const LibraryExit guard("Google Benchmark cannot describe this machine",
                                LibraryExit::Errno::told);
        const benchmark::BenchmarkReporter::Context described;  // once; the library keeps it
    }
    BenchResults results;
    DocumentReporter reporter;
    if (cases.empty()) reporter.ReportContext(benchmark::BenchmarkReporter::Context());
    // On a real interface there is room for one at a time.
    const bool one_by_one =
        std::any_of(cases.begin(), cases.end(), [](const BenchCase& what) { return what.devices; });
    const std::size_t together = one_by_one ? 1 : cases.size();
    BenchSeries series{options.seconds, options.rounds, {}, {}, &progress};
    if (options.goal)
        series.budget.emplace(*options.goal, options.run_start, cases.size(), progress);
    for (std::size_t first = 0; first < cases.size(); first += together)
        run_together(std::span(cases).subspan(first, together), options.run_start, series, reporter,
                     results.records);
    results.json = reporter.document();
    return results;
}

}  // namespace xdpbench::bench
