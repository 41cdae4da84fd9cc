// The proof that `xdp-bench compare` has the error rates that the README states, run again by
// anybody: xdp-bench-comparison-proof. Programs with a known slowdown (ci/fixtures/slowdown.bpf.c)
// are compared many times over; each time the same data is also judged as two separate runs would
// be, by a Mann-Whitney test between one comparison's base and the next one's contender.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupt.h"
#include "base/version.h"
#include "compare/compare.h"
#include "probe/environment.h"
#include "stats/interval.h"
#include "stats/mann_whitney.h"
#include "stats/summary.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPercent = 100;
constexpr double kTwoRunsAlpha = 0.01;  // the same false-alarm rate is asked of both methods

// Loads every CPU but the measuring one, half of the time.
class Load {
  public:
    explicit Load(bool wanted) {
        if (!wanted) return;
        for (unsigned cpu = 0; cpu < std::thread::hardware_concurrency(); ++cpu) {
            if (static_cast<int>(cpu) == traffic::measuring_cpu()) continue;
            threads_.emplace_back([this, cpu](const std::stop_token& stop) { spin(stop, cpu); });
        }
    }

  private:
    void spin(const std::stop_token& stop, unsigned cpu) {
        const auto pinned = traffic::PinnedThread::pin(static_cast<int>(cpu));
        if (!pinned) return;
        constexpr auto kHalf = std::chrono::milliseconds(50);
        while (!stop.stop_requested()) {
            const Clock::time_point end = Clock::now() + kHalf;
            while (Clock::now() < end) counter_.fetch_add(1, std::memory_order_relaxed);
            std::this_thread::sleep_for(kHalf);
        }
    }

    std::atomic<std::uint64_t> counter_{0};
    std::vector<std::jthread> threads_;
};

// One row of the table: one slowdown, compared `runs` times.
struct Row {
    std::string measure;  // "test_run", "native"
    std::string action;
    int extra_operations = 0;
    bool loaded = false;
    double budget = 0;  // seconds a comparison
    std::size_t runs = 0;
    std::map<std::string, std::size_t> judgements;
    std::size_t two_runs_slower = 0;
    std::size_t two_runs_faster = 0;
    std::size_t two_runs = 0;
    std::vector<double> effects;
    std::vector<double> seconds;
};

void print_titles() {
    fmt::print(
        "{:<9} {:<9} {:>5} {:<5} {:>6} {:>5}  {:>8} {:>7}  {:>6} {:>6} {:>6} {:>6} {:>6}   {}\n",
        "measure", "action", "extra", "load", "budget", "runs", "effect", "time", "slower",
        "faster", "same", "incon.", "inval.", "two separate runs say slower, faster");
    fmt::print("{:<9} {:<9} {:>5} {:<5} {:>6} {:>5}  {:>8} {:>7}\n", "", "", "op.", "", "s", "",
               "median %", "s");
}

void print(const Row& row) {
    const auto count = [&](const char* name) {
        const auto found = row.judgements.find(name);
        return found == row.judgements.end() ? std::size_t{0} : found->second;
    };
    fmt::print(
        "{:<9} {:<9} {:>5} {:<5} {:>6.0f} {:>5}  {:>+8.2f} {:>7.2f}  {:>6} {:>6} {:>6} {:>6} {:>6} "
        "  "
        "{}, {} of {}\n",
        row.measure, row.action, row.extra_operations, row.loaded ? "half" : "none", row.budget,
        row.runs, stats::median(row.effects).value_or(0) * kPercent,
        stats::median(row.seconds).value_or(0), count("slower"), count("faster"), count("same"),
        count("inconclusive"), count("invalid"), row.two_runs_slower, row.two_runs_faster,
        row.two_runs);
    std::fflush(stdout);
}

Json to_json(const Row& row) {
    return {{"measure", row.measure},
            {"action", row.action},
            {"extra_operations", row.extra_operations},
            {"loaded", row.loaded},
            {"budget_seconds", row.budget},
            {"runs", row.runs},
            {"judgements", row.judgements},
            {"two_runs_slower", row.two_runs_slower},
            {"two_runs_faster", row.two_runs_faster},
            {"two_runs", row.two_runs},
            {"effects", row.effects},
            {"seconds", row.seconds}};
}

struct Options {
    std::size_t same_runs = 200;
    std::size_t slower_runs = 40;
    std::size_t throughput_runs = 10;
    double threshold = 0.01;
    bool loaded = false;
    std::string json;
};

target::Target variant(const std::string& action, int extra) {
    target::Target target;
    const std::string name = fmt::format("slowdown.{}.{}", action, extra);
    target.object = std::filesystem::path(XDP_BENCH_BUILD_DIR) / "fixtures" / (name + ".bpf.o");
    target.scenario.name = name;
    target.scenario.program.object = target.object;
    target.judged = false;
    target.traffic.text = target.traffic.pcap = "udp_64.pcap";
    return target;
}

// Two separate runs: the base of one comparison against the contender of the next.
void judge_two_runs(const std::vector<double>& base, const std::vector<double>& contender,
                    Row& row) {
    const std::optional<stats::MannWhitney> test = stats::mann_whitney(base, contender);
    if (!test) return;
    ++row.two_runs;
    if (test->p_two_sided > kTwoRunsAlpha) return;
    ++(test->p_greater < test->p_less ? row.two_runs_slower : row.two_runs_faster);
}

Result<Row> measure(Row row, const compare::CompareOptions& wanted) {
    const target::Target base = variant(row.action, 0);
    const target::Target contender = variant(row.action, row.extra_operations);
    XDPBENCH_TRY(const std::vector<compare::Compared> compared,
                 compare::prepare_comparison(base, contender, {{}}));
    const Load load(row.loaded);
    std::vector<double> base_before;
    for (std::size_t i = 0; i < row.runs; ++i) {
        if (interrupted()) return interrupted_error();
        compare::CompareOptions options = wanted;
        options.seconds = row.budget;
        options.seed = i + 1;
        model::CompareRecord record;
        XDPBENCH_CHECK(compare::compare(
            compared, options, [](const std::string&) {}, record));
        const model::ComparedCase& one = record.cases.at(0);
        if (one.outcome != model::Outcome::passed)
            return Error{ErrorKind::invalid, one.message, {}, {}};
        ++row.judgements[std::string(stats::name(one.comparison.judgement))];
        row.effects.push_back(one.comparison.effect);
        row.seconds.push_back(record.seconds);
        if (!base_before.empty()) judge_two_runs(base_before, one.contender_samples, row);
        base_before = one.base_samples;
    }
    return row;
}

Result<void> prove(const Options& options) {
    fmt::print("xdp-bench-comparison-proof {}; measuring on CPU {}\n", tool_version(),
               traffic::measuring_cpu());
    Json json{{"kind", "comparison_proof"}, {"environment", Json::object()}};
    for (const probe::EnvironmentEntry& entry : probe::describe_environment())
        json["environment"][entry.key] = entry.value;
    std::vector<Row> rows;
    const auto add = [&](std::string measure, std::string action, int extra, double budget,
                         std::size_t runs) {
        Row row;
        row.measure = std::move(measure);
        row.action = std::move(action);
        row.extra_operations = extra;
        row.loaded = options.loaded;
        row.budget = budget;
        row.runs = runs;
        if (runs > 0) rows.push_back(std::move(row));
    };
    constexpr double kShort = 5;
    constexpr double kLong = 30;
    constexpr double kThroughput = 60;
    add("test_run", "XDP_DROP", 0, kShort, options.same_runs);
    for (const int extra : {4, 8, 12, 20, 40})
        add("test_run", "XDP_DROP", extra, extra == 4 ? kLong : kShort, options.slower_runs);
    for (const char* const action : {"XDP_DROP", "XDP_TX"}) {
        for (const int extra : {0, 28})  // about 5 % of the path's time
            add("native", action, extra, kThroughput, options.throughput_runs);
    }
    // Found out now, not after an hour: can the result be written?
    std::optional<OutputFile> file;
    if (!options.json.empty()) {
        XDPBENCH_TRY(OutputFile output, OutputFile::create(options.json));
        file.emplace(std::move(output));
    }
    print_titles();
    json["rows"] = Json::array();
    for (const Row& row : rows) {
        compare::CompareOptions compare_options;
        compare_options.threshold = options.threshold;
        XDPBENCH_TRY(compare_options.cpus, traffic::plan_cpus(model::Placement::shared));
        compare_options.alone = row.measure == "test_run";
        if (!compare_options.alone) compare_options.modes = {model::Mode::native};
        XDPBENCH_TRY(const Row measured, measure(row, compare_options));
        print(measured);
        json["rows"].push_back(to_json(measured));
    }
    if (!file) return {};
    return file->commit(json.dump(1) + "\n");
}

}  // namespace
}  // namespace xdpbench

int main(int argc, char** argv) {
    using namespace xdpbench;
    catch_interrupts();
    bpf::set_up_libbpf(false);
    Options options;
    CLI::App app("Compares programs of known difference many times: error rates of compare.");
    const CLI::Range runs(0, 100'000);
    app.add_option("--same", options.same_runs, "comparisons of a program with itself")
        ->check(runs)
        ->capture_default_str();
    app.add_option("--slower", options.slower_runs, "comparisons for each slowdown")
        ->check(runs)
        ->capture_default_str();
    app.add_option("--throughput", options.throughput_runs, "comparisons for each one end to end")
        ->check(runs)
        ->capture_default_str();
    app.add_option("--threshold", options.threshold, "of compare, as a fraction")
        ->check(CLI::Range(0.0001, 0.49))
        ->capture_default_str();
    app.add_flag("--load", options.loaded, "load the other CPUs half of the time meanwhile");
    app.add_option("--json", options.json, "where the result goes");
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    const Result<void> done = prove(options);
    if (done) return 0;
    fmt::print(stderr, "xdp-bench-comparison-proof: {}\n", done.error().text());
    return 2;
}
