#include "bench/loads.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/interrupt.h"
#include "base/text.h"
#include "bench/latency.h"
#include "bench/trial.h"
#include "traffic/pinned.h"

namespace xdpbench::bench {
namespace {

using Progress = std::function<void(const std::string&)>;

// What was measured before an interruption stays good.
void end_early(model::LoadRecord& record, const Error& error) {
    const bool whole_rounds = record.kind != model::LoadKind::search && !record.trials.empty();
    if (error.kind == ErrorKind::interrupted && whole_rounds) return;
    model::end_with(record, error);
}

// A generator that fell short of a rate in half of the rounds or more did not offer that rate.
Result<void> require_reached(const model::LoadRecord& record) {
    const std::size_t reached = record.reached_trials().size();
    if (2 * reached > record.trials.size()) return {};
    double lag = 0;
    for (const model::Trial& trial : record.trials) lag = std::max(lag, trial.worst_lag);
    Error error{
        ErrorKind::invalid,
        fmt::format("{} did not reach {}: {} of {} rounds offered at least {:.0f} % of it, and a "
                    "frame left at worst {:.2f} ms after it was due",
                    counted(record.setup.generator_cpus.size(), "generator"),
                    rate_text(record.rate), reached, record.trials.size(),
                    model::kRateReached * 100, lag * 1e3),
        "a generator, or the CPU that it shares with the program, is not fast enough, or something "
        "else runs there",
        record.setup.generator_cpus.size() < 2
            ? "ask for a lower rate"
            : "ask for a lower rate, or leave a CPU to the rest of the machine"};
    if (record.setup.generator_maximum > 0)
        error.what += fmt::format("; over this port the most is {}",
                                  rate_text(record.setup.generator_maximum));
    if (lag < record.trials.front().seconds * (1 - model::kRateReached)) return error;
    error.cause = "something else had a generator's CPU for that long";
    error.advice += ", or for longer rounds (--duration), in which it counts less";
    return error;
}

Result<void> offer_rate(TrialRig& rig, const LoadOptions& options, const Progress& progress,
                        model::LoadRecord& record) {
    for (int round = 1; round <= options.rounds; ++round) {
        progress(fmt::format("{} {}/{}: round {}", model::name_of(record.kind),
                             record.setup.program, model::attach_name(record.setup.mode), round));
        XDPBENCH_TRY(CountedTrial run, rig.run(false, record.rate, options.seconds));
        record.trials.push_back(std::move(run.trial));
    }
    return require_reached(record);
}

const char* const kNoThroughput = "there is no throughput to take a share of";

// The throughput that a share is of: of the goal with the least loss.
Result<double> found_throughput(const model::SearchedGoal& goal) {
    const double found = goal.result.conditional_throughput;
    if (found > 0) return found;
    return unavailable_error(kNoThroughput, goal.evidence);
}

bool asks_for_shares(const std::vector<Rate>& rates) {
    return std::any_of(rates.begin(), rates.end(), [](const Rate& rate) { return rate.share > 0; });
}

// All of one program in one mode.
class CaseRun {
  public:
    CaseRun(const BenchCase& load, const LoadOptions& options, const Progress& progress)
        : load_(load), options_(options), progress_(progress) {}

    std::vector<model::LoadRecord> run() {
        if (options_.search || options_.rate) measure_plain();
        if (options_.latency) measure_stamped();
        return std::move(records_);
    }

  private:
    void measure_plain() {
        const std::vector<Rate>& rates = options_.rates;
        create_rig(traffic::Pace::paced);
        if (options_.search || (options_.rate && asks_for_shares(rates))) search();
        if (!options_.rate) return;
        for (const Rate& rate : rates) offer(rate);
    }

    // Stamps take time, so the shares are of what this generator and these sinks reach.
    void measure_stamped() {
        std::vector<Rate> rates = options_.rates;
        if (rates.empty()) rates = {{0, 0.1}, {0, 0.5}, {0, 0.9}};
        create_rig(traffic::Pace::paced_stamped);
        if (rig_ && asks_for_shares(rates)) search();
        for (const Rate& rate : rates) latency(rate);
    }

    void create_rig(traffic::Pace pace) {
        progress_(fmt::format("{}: preparing", load_.name()));
        rig_ = std::unique_ptr<TrialRig>();  // one at a time
        rig_ = TrialRig::create(load_, pace);
        stamped_ = pace == traffic::Pace::paced_stamped;
    }

    void search() {
        throughput_ = unavailable_error(kNoThroughput, "the search did not end");
        measure(model::LoadKind::search, {}, [this](model::LoadRecord& record) -> Result<void> {
            if (!rig_) return rig_.error();
            const std::vector<stats::SearchGoal> goals =
                search_goals(options_.goals, options_.seconds, options_.rounds);
            XDPBENCH_CHECK(search_loss(**rig_, goals, progress_, record));
            throughput_ = found_throughput(record.goals.front());
            return {};
        });
    }

    void offer(const Rate& rate) {
        measure(model::LoadKind::rate, rate, [&](model::LoadRecord& record) -> Result<void> {
            if (!rig_) return rig_.error();
            XDPBENCH_CHECK(set_rate(rate, record));
            return offer_rate(**rig_, options_, progress_, record);
        });
    }

    void latency(const Rate& rate) {
        measure(model::LoadKind::latency, rate, [&](model::LoadRecord& record) -> Result<void> {
            if (!rig_) return rig_.error();
            XDPBENCH_CHECK(set_rate(rate, record));
            XDPBENCH_CHECK(
                measure_latency(**rig_, options_.seconds, options_.rounds, progress_, record));
            return require_reached(record);
        });
    }

    Result<void> set_rate(const Rate& rate, model::LoadRecord& record) const {
        record.rate = rate.pps;
        if (rate.share > 0) {
            if (!throughput_) return throughput_.error();
            record.rate = std::max(traffic::kLowestRate, std::round(rate.share * *throughput_));
        }
        record.burst = traffic::burst_of(record.rate /
                                         static_cast<double>(record.setup.generator_cpus.size()));
        return {};
    }

    // A record, from begin to end.
    void measure(model::LoadKind kind, const Rate& rate,
                 const std::function<Result<void>(model::LoadRecord&)>& body) {
        if (interrupted()) return;
        model::LoadRecord record;
        record.setup = rig_ && *rig_ ? (*rig_)->setup() : begin_setup(load_);
        record.kind = kind;
        record.stamped = stamped_;
        record.rate = rate.pps;
        record.share = rate.share;
        const auto start = std::chrono::steady_clock::now();
        if (const Result<void> done = body(record); !done) end_early(record, done.error());
        record.seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        records_.push_back(std::move(record));
    }

    const BenchCase& load_;
    const LoadOptions& options_;
    const Progress& progress_;
    Result<std::unique_ptr<TrialRig>> rig_ = std::unique_ptr<TrialRig>();
    bool stamped_ = false;
    Result<double> throughput_ = 0.0;
    std::vector<model::LoadRecord> records_;
};

}  // namespace

Result<std::vector<model::LoadRecord>> run_load(const BenchCase& load, const LoadOptions& options,
                                                const Progress& progress) {
    if (interrupted()) return std::vector<model::LoadRecord>();
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(load.cpus.generator));
    return CaseRun(load, options, progress).run();
}

}  // namespace xdpbench::bench
