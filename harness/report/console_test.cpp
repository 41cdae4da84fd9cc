#include "report/console.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <memory>

#include "base/text.h"

namespace xdpbench::report {
namespace {

constexpr std::size_t kMostLines = 30;
constexpr std::size_t kMostColumns = 120;

model::CaseResult passed(model::CaseKind kind, std::optional<model::Mode> mode) {
    model::CaseResult result;
    result.kind = kind;
    result.program = "icmp_lb";
    result.mode = mode;
    result.name = "a";
    return result;
}

model::BenchRecord bench_of(std::optional<model::Mode> mode) {
    model::BenchRecord bench;
    bench.setup.program = "icmp_lb";
    bench.setup.mode = mode;
    bench.setup.placement = mode ? model::Placement::shared : model::Placement::test_run;
    bench.setup.action = model::Action::tx;
    bench.setup.traffic = "icmp_echo_64.pcap";
    bench.setup.frames = 1000;
    bench.setup.flows = 64;
    bench.setup.shortest = bench.setup.longest = 60;
    bench.setup.counted_by = "the program's map xdp_counters";
    for (const double ns : {157.3, 154.5, 160.7}) {
        model::BenchRound round;
        round.offered = round.processed = round.forwarded = 6'272'000;
        round.seconds = 1;
        round.window_ns = {ns};
        round.baseline_window_ns = {119.6};
        round.cycle_ns = {0.44};
        round.core_ipc = {5.2};
        bench.rounds.push_back(round);
    }
    bench.seconds = 3;
    bench.received = 1;
    bench.bound = mode ? model::Bound::generator : model::Bound::none;
    bench.evidence = "24.0 % of the time per packet is the program's";
    return bench;
}

// What `--mode native --prog icmp_lb` finds.
model::RunRecord realistic_run() {
    model::RunRecord run;
    run.environment = {{"kernel", "6.18.44-fc-v669"},
                       {"cpus_online", "2"},
                       {"cpu_model", "Intel(R) Xeon(R) Processor"}};
    model::ProgramRecord program;
    program.name = program.function = "icmp_lb";
    program.id = 7;
    program.tag = "d990eb1254bb82be";
    program.verified_insns = 168;
    program.total_states = program.peak_states = 10;
    program.stack_bytes = {16};
    run.programs = {program};
    for (int i = 0; i < 29; ++i) run.cases.push_back(passed(model::CaseKind::check, {}));
    run.cases.push_back(passed(model::CaseKind::replay, model::Mode::native));
    run.cases.push_back(passed(model::CaseKind::lan, model::Mode::native));
    model::ReplayRecord replay;
    replay.program = "icmp_lb";
    replay.sent = 1000;
    replay.actions[static_cast<std::size_t>(model::Action::pass)] = replay.passed = 512;
    replay.actions[static_cast<std::size_t>(model::Action::tx)] = replay.received = 488;
    replay.judged = replay.accounted_for = true;
    run.replays = {replay};
    run.lans = {
        {"icmp_lb", model::Mode::native, {{"ping 6", "", 6, 6, {{"backend1", {1, 3, 5}}}}}}};
    run.benches = {bench_of(std::nullopt), bench_of(model::Mode::native)};
    return run;
}

std::string printed(const model::RunRecord& run, bool verbose) {
    char* text = nullptr;
    std::size_t size = 0;
    {
        const std::unique_ptr<std::FILE, decltype(&std::fclose)> out(::open_memstream(&text, &size),
                                                                     &std::fclose);
        Console console(out.get());
        console.header(run);
        console.report(run, verbose);
        console.note("\nresult: results/icmp_lb-native-20261122T002504Z-27343.json");
    }
    std::string copy(text, size);
    std::free(text);
    return copy;
}

TEST(Console, TheDefaultReportFitsOnOneScreen) {
    const std::string text = printed(realistic_run(), false);
    const std::vector<std::string> lines = split(text, '\n');
    EXPECT_LE(lines.size() - 1, kMostLines) << text;
    for (const std::string& line : lines) EXPECT_LE(line.size(), kMostColumns) << line;
}

TEST(Console, TheDefaultReportHasChecksReplayAndOneTable) {
    const std::string text = printed(realistic_run(), false);
    for (const char* const part :
         {"checks   29 passed",
          "1,000 frames sent, all frames accounted for: 512 XDP_PASS, 488 XDP_TX; lost: none",
          "488 returned, 512 reached the stack; all as expected", "ping 6: 6 answered",
          "path       Mpps  ns/packet  baseline", "  test run      -  ", "  native    6.272  ",
          "generator\n", "33 passed"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
    for (const char* const detail : {"median", "harness", "clock", "contention"})
        EXPECT_EQ(text.find(detail), std::string::npos) << detail;
}

TEST(Console, VerboseHasEveryCheckAndRoundsClockAndOverhead) {
    const std::string text = printed(realistic_run(), true);
    for (const char* const detail : {"check    passed   a", "median", "lowest", "highest",
                                     "harness", "clock", "CPU contention", "resolution 0.1 ns",
                                     "interleaved with the baseline", "path       Mpps"}) {
        EXPECT_NE(text.find(detail), std::string::npos) << detail << "\n" << text;
    }
}

TEST(Console, UnaccountedFramesStandOut) {
    model::RunRecord run = realistic_run();
    run.replays.front().accounted_for = false;
    EXPECT_NE(printed(run, false).find("frames UNACCOUNTED FOR"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::report
