#include "report/bench_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "report/matrix.h"

namespace xdpbench::report {
namespace {

model::BenchRound round_of(double ns, double baseline) {
    model::BenchRound round;
    round.processed = 4'000'000;
    round.seconds = 1;
    round.window_ns = {ns};
    round.baseline_window_ns = {baseline};
    return round;
}

model::BenchRecord bench_of(const char* program, std::optional<model::Mode> mode,
                            const char* size) {
    model::BenchRecord bench;
    bench.setup.program = program;
    bench.setup.mode = mode;
    bench.setup.size = size;
    bench.setup.variant = fmt::format("/size:{}/flows:100", size);
    bench.setup.action = model::Action::tx;
    bench.setup.placement = mode ? model::Placement::shared : model::Placement::test_run;
    bench.setup.frames = 1000;
    bench.setup.flows = 100;
    bench.setup.shortest = bench.setup.longest = 60;
    bench.setup.traffic = "a.pcap";
    bench.rounds = {round_of(150, 100), round_of(152, 100), round_of(151, 100)};
    bench.seconds = 3;
    if (mode) bench.bound = model::Bound::generator;
    return bench;
}

TEST(BenchTable, HasARowForEachPath) {
    EXPECT_EQ(
        bench_table({bench_of("a", std::nullopt, "64"), bench_of("a", model::Mode::native, "64"),
                     bench_of("a", model::Mode::native, "512")}),
        "  path               Mpps  ns/packet  baseline        program  cycles  bottleneck\n"
        "  test run/size:64      -      151.0     100.0  51.0 ± 1.0 ns       -  -\n"
        "  native/size:64    4.000      151.0     100.0  51.0 ± 1.0 ns       -  generator\n"
        "  native/size:512   4.000      151.0     100.0  51.0 ± 1.0 ns       -  generator\n");
}

TEST(BenchTable, NamesProgramsIfThereAreSeveral) {
    const std::string table = bench_table(
        {bench_of("a", model::Mode::native, "64"), bench_of("b", model::Mode::generic, "64")});
    EXPECT_NE(table.find("  program  path     "), std::string::npos) << table;
    EXPECT_NE(table.find("\n  b        generic  "), std::string::npos) << table;
}

TEST(BenchTable, HasLossesAndOutcomes) {
    model::BenchRecord lossy = bench_of("a", model::Mode::native, "64");
    lossy.losses["dut_rx_drops"] = 1234;
    model::BenchRecord invalid = bench_of("a", model::Mode::generic, "64");
    invalid.outcome = model::Outcome::invalid;
    model::BenchRecord skipped = bench_of("a", model::Mode::offload, "64");
    skipped.outcome = model::Outcome::skipped;
    skipped.rounds.clear();
    const std::string table = bench_table({lossy, invalid, skipped});
    EXPECT_NE(table.find("\n  lost, native: dut_rx_drops 1,234\n"), std::string::npos) << table;
    EXPECT_NE(table.find("  invalid\n"), std::string::npos) << table;
    EXPECT_NE(table.find("offload      -          -         -              -       -  skipped\n"),
              std::string::npos)
        << table;
}

TEST(BenchTable, SaysWhyAFigureIsNotExact) {
    model::BenchRecord exact = bench_of("a", std::nullopt, "64");
    exact.precision.emplace();
    exact.precision->wanted = 0.005;
    exact.precision->ns_per_packet.figure = 100;
    exact.precision->ns_per_packet.interval = {99.9, 100.1, 0.95};
    exact.precision->baseline_ns = exact.precision->ns_per_packet;
    for (int i = 0; i < 4; ++i)
        exact.windows.add({}, i == 0 ? stats::Disturbance::core_shared : stats::Disturbance::none);
    model::BenchRecord inexact = exact;
    inexact.setup.mode = model::Mode::native;
    inexact.precision->ns_per_packet.interval = {90, 110, 0.95};
    EXPECT_EQ(disturbances({exact, inexact}),
              (std::vector<std::string>{
                  "inexact, native: 25.0 % of windows excluded: 25.0 % core shared"}));
    EXPECT_NE(bench_table({exact, inexact}).find("\n  inexact, native: "), std::string::npos);
    // Few windows that do not count are not the reason.
    for (int i = 0; i < 40; ++i) inexact.windows.add({}, stats::Disturbance::none);
    EXPECT_TRUE(disturbances({exact, inexact}).empty());
}

TEST(BenchTable, IsEmptyWithoutBenches) { EXPECT_EQ(bench_table({}), ""); }

TEST(BenchHeading, HasTheRangeOfSizesAndTheEndToEndCpus) {
    model::BenchRecord longer = bench_of("a", model::Mode::native, "512");
    longer.setup.shortest = longer.setup.longest = 508;
    longer.setup.cpu = longer.setup.generator_cpu = 1;
    EXPECT_EQ(bench_heading({bench_of("a", std::nullopt, "64"), longer}, "a"),
              "  bench    XDP_TX, 1,000 frames of 60 to 508 bytes in 100 flows (a.pcap)\n"
              "           shared: generator and program on CPU 1; 3 rounds of 1.00 s, interleaved "
              "with the baseline\n");
    EXPECT_EQ(bench_heading({longer}, "b"), "");
}

TEST(SizeMatrix, HasProgramsBySize) {
    model::RunRecord run;
    run.benches = {bench_of("a", std::nullopt, "64"), bench_of("a", model::Mode::native, "64"),
                   bench_of("a", std::nullopt, "512"), bench_of("a", model::Mode::native, "512"),
                   bench_of("b", model::Mode::native, "512")};
    EXPECT_EQ(size_matrix(run),
              "  Mpps by frame size     64    512\n"
              "  a native            4.000  4.000\n"
              "  b native                -  4.000\n"
              "\n"
              "  program cost by frame size             64            512\n"
              "  a test run                  51.0 ± 1.0 ns  51.0 ± 1.0 ns\n"
              "  a native                    51.0 ± 1.0 ns  51.0 ± 1.0 ns\n"
              "  b native                                -  51.0 ± 1.0 ns\n");
}

TEST(SizeMatrix, IsEmptyForOneSize) {
    model::RunRecord run;
    run.benches = {bench_of("a", model::Mode::native, "64")};
    EXPECT_EQ(size_matrix(run), "");
}

TEST(RateMatrix, HasLossesByRate) {
    model::RunRecord run;
    for (const double rate : {500e3, 2e6}) {
        model::LoadRecord load;
        load.setup.program = "a";
        load.setup.mode = model::Mode::native;
        load.kind = model::LoadKind::rate;
        load.rate = rate;
        model::Trial trial;
        trial.rate = rate;
        trial.seconds = trial.sent_seconds = 1;
        trial.sent = static_cast<std::uint64_t>(rate);
        trial.losses["dut_rx_drops"] = 5000;
        load.trials = {trial};
        run.loads.push_back(load);
    }
    EXPECT_EQ(rate_matrix(run),
              "  lost by offered rate  500 kpps    2 Mpps\n"
              "  a native              1.0000 %  0.2500 %\n");
    run.loads.pop_back();
    EXPECT_EQ(rate_matrix(run), "");
}

}  // namespace
}  // namespace xdpbench::report
