#include "report/state_text.h"

#include <gtest/gtest.h>
#include <linux/bpf.h>

namespace xdpbench::report {
namespace {

model::BenchState settled() {
    model::BenchState state;
    state.passes = 12;
    state.mix[XDP_DROP] = 1000;
    state.first[XDP_PASS] = 1000;
    return state;
}

model::BenchRecord bench_in(const model::BenchState& state, std::optional<model::Mode> mode) {
    model::BenchRecord bench;
    bench.setup.program = "limit";
    bench.setup.mode = mode;
    bench.state = state;
    return bench;
}

TEST(StateText, SaysWhatIsTimed) {
    EXPECT_EQ(state_text(model::BenchState{}), "");
    EXPECT_EQ(state_text(settled()),
              "steady after 12 passes of the traffic: 1,000 XDP_DROP (first pass: 1,000 XDP_PASS)");
    model::BenchState one = settled();
    one.passes = 1;
    EXPECT_EQ(state_text(one).find("steady after 1 pass of"), 0U);
    one.fresh = true;
    EXPECT_EQ(state_text(one), "fresh: maps restored before each window: 1,000 XDP_DROP");
    one.kept = {"jobs", "seen"};
    EXPECT_EQ(state_text(one),
              "fresh: maps restored before each window (but for jobs, seen): 1,000 XDP_DROP");
}

TEST(StateText, AChangingMixHasItsVariation) {
    model::BenchState state;
    state.steady = false;
    state.mix[XDP_DROP] = state.mix[XDP_PASS] = 500;
    state.lowest[XDP_DROP] = 453;
    state.highest[XDP_DROP] = 545;
    state.lowest[XDP_PASS] = 455;
    state.highest[XDP_PASS] = 547;
    EXPECT_EQ(state_text(state),
              "no steady state, verdicts of a frame change: XDP_DROP 45.3 to 54.5 %, "
              "XDP_PASS 45.5 to 54.7 %");
}

TEST(StateLines, BenchesInOneStateShareALine) {
    const std::vector<model::BenchRecord> benches{
        bench_in(settled(), std::nullopt), bench_in(settled(), model::Mode::native),
        bench_in(model::BenchState{}, model::Mode::generic)};
    EXPECT_EQ(state_lines(benches, "limit"),
              "  state    test run, native: steady after 12 passes of the traffic: 1,000 XDP_DROP "
              "(first pass: 1,000 XDP_PASS)\n");
    EXPECT_EQ(state_lines(benches, "other"), "");
}

}  // namespace
}  // namespace xdpbench::report
