#include "bench/budget.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace xdpbench::bench {
namespace {

// Windows that become slower and slower or are all the same, and take their time or none.
class SteadyOrNot : public BenchRig {
  public:
    SteadyOrNot(bool steady, std::chrono::milliseconds each) : steady_(steady), each_(each) {
        EXPECT_TRUE(calibrate(1e-3, 1000, 1000));
    }

  private:
    Result<Window> window(bool baseline, std::uint64_t frames, model::BenchRecord*) override {
        std::this_thread::sleep_for(each_);
        const double slower = steady_ ? 1 : 1 + 0.01 * static_cast<double>(windows_++ / 2);
        return Window{frames, 0, static_cast<double>(frames) * slower * (baseline ? 5e-7 : 1e-6)};
    }
    bool steady_;
    std::chrono::milliseconds each_;
    std::size_t windows_ = 0;
};

PreparedBench prepared(const std::string& name, bool steady, std::chrono::milliseconds each) {
    PreparedBench bench;
    bench.name = name;
    bench.what.cpus.program = traffic::measuring_cpu();
    bench.rig = std::make_unique<SteadyOrNot>(steady, each);
    return bench;
}

std::vector<double> started(const PreparedBench& bench) {
    std::vector<double> all;
    for (const model::BenchRound& round : bench.rig->rounds())
        all.insert(all.end(), round.started.begin(), round.started.end());
    return all;
}

TEST(Budget, WhatOneDoesNotNeedGoesToTheOther) {
    using namespace std::chrono_literals;
    const Clock::time_point start = Clock::now();
    std::vector<PreparedBench> benches;
    benches.push_back(prepared("never exact", false, 1ms));
    benches.push_back(prepared("exact at once", true, 0ms));
    for (PreparedBench& bench : benches) bench.rig->set_run_start(start);
    std::vector<std::string> told;
    Budget budget({0.005, 2}, start, 2, [&](const std::string& line) { told.push_back(line); });
    std::map<int, KnownCore> cores;
    budget.measure({&benches[0], &benches[1]}, 2, 5, cores);

    ASSERT_FALSE(benches[0].error || benches[1].error);
    EXPECT_TRUE(benches[1].rig->done());
    EXPECT_EQ(started(benches[1]).size(), 100U);
    // The first one stopped for the second, and went on after it.
    EXPECT_LT(started(benches[0]).front(), started(benches[1]).front());
    EXPECT_GT(started(benches[0]).back(), started(benches[1]).back());
    EXPECT_EQ(benches[0].rig->rounds().size(), 5U);
    EXPECT_EQ(std::count(told.begin(), told.end(), "bench never exact: warming up"), 1);
}

TEST(Budget, EachHasASecondWhateverIsLeft) {
    using namespace std::chrono_literals;
    std::vector<PreparedBench> benches;
    benches.push_back(prepared("late", false, 1ms));
    Budget budget({0.005, 0.1}, Clock::now(), 1, [](const std::string&) {});
    std::map<int, KnownCore> cores;
    const Clock::time_point before = Clock::now();
    budget.measure({&benches[0]}, 1, 5, cores);
    EXPECT_GT(seconds_since(before), 0.1);  // a window that would take too long is not begun
    EXPECT_EQ(benches[0].rig->rounds().size(), 5U);
}

TEST(Budget, WhatCannotBeMeasuredCostsTheOthersNothing) {
    using namespace std::chrono_literals;
    std::vector<PreparedBench> benches(1);
    benches[0].error = input_error("no rig");
    benches.push_back(prepared("exact at once", true, 0ms));
    Budget budget({0.005, 2}, Clock::now(), 2, [](const std::string&) {});
    std::map<int, KnownCore> cores;
    budget.measure({&benches[0], &benches[1]}, 2, 5, cores);
    EXPECT_EQ(benches[0].error->what, "no rig");
    EXPECT_FALSE(benches[1].error);
    EXPECT_EQ(started(benches[1]).size(), 100U);
}

}  // namespace
}  // namespace xdpbench::bench
