// State shared by CPUs: the balancer's turn must be right however its runs interleave.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <thread>
#include <vector>

#include "bpf/test_run.h"
#include "target/target.h"
#include "traffic/pinned.h"

namespace xdpbench::check {
namespace {

constexpr std::size_t kDestinationEnd = 34;  // of an IPv4 header behind an Ethernet header
constexpr std::size_t kRuns = 20'000;        // of each thread

struct Turns {
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    std::uint64_t other = 0;
};

// Which backend each of kRuns requests was given, by the last byte of its address (.3 and .4).
Turns take_turns(int program_fd, const packet::Frame& request, int cpu) {
    const Result<traffic::PinnedThread> pinned = traffic::PinnedThread::pin(cpu);
    bpf::TestRunner runner(program_fd);
    Turns turns;
    for (std::size_t run = 0; run < kRuns; ++run) {
        const Result<bpf::TestRunOutput> output = runner.run(request.bytes);
        const std::uint8_t backend = pinned && output && output->frame.size() >= kDestinationEnd
                                         ? output->frame[kDestinationEnd - 1]
                                         : 0;
        if (backend == 3) {
            ++turns.first;
        } else if (backend == 4) {
            ++turns.second;
        } else {
            ++turns.other;
        }
    }
    return turns;
}

TEST(RoundRobin, IsExactOverSeveralCpus) {
    Result<target::Target> target = target::find_target("icmp_lb");
    ASSERT_TRUE(target) << target.error().text();
    Result<bpf::Program> program = target::open_program(*target);
    ASSERT_TRUE(program) << program.error().text();
    const Result<void> loaded = program->load();
    ASSERT_TRUE(loaded) << loaded.error().text();
    const Result<packet::Frames> requests =
        target::load_frames(target->scenario.bench->traffic, target->scenario);
    ASSERT_TRUE(requests) << requests.error().text();

    const int last = traffic::measuring_cpu();
    if (last == 0) GTEST_SKIP() << "this needs two CPUs";
    std::array<Turns, 2> turns;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        threads.emplace_back(
            [&, i] { turns[i] = take_turns(program->fd(), requests->front(), i == 0 ? 0 : last); });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(turns[0].other + turns[1].other, 0U);
    EXPECT_EQ(turns[0].first + turns[1].first, kRuns);
    EXPECT_EQ(turns[0].second + turns[1].second, kRuns);
}

}  // namespace
}  // namespace xdpbench::check
