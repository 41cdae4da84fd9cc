// The floor of a redirecting program redirects by the same means and to the same end.
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sched.h>

#include <cerrno>
#include <cstring>

#include "engine/empty_program.h"
#include "engine/lane_window.h"
#include "engine/subject.h"
#include "kernel/fixture_test.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

using Means = RedirectPath::Means;

class EmptyProgramTest : public KernelTest {
  protected:
    // The fixture `redirect` with targets in the maps named.
    static Subject subject(bool ports, bool cpus, const char* interface = "interface:out0") {
        Subject subject;
        subject.scenario.name = "redirect";
        subject.scenario.replay.emplace().topology = TopologyKind::chain;
        subject.object = fixture_object("redirect");
        Configuration& configuration = subject.scenario.configuration;
        configuration.globals = {{"target", scalar("interface:out0")},
                                 {"from", scalar("interface:dut0")}};
        if (ports)
            configuration.maps.push_back(
                {{}, "ports", {{scalar("2"), scalar(interface), std::nullopt, false}}});
        if (cpus)
            configuration.maps.push_back(
                {{}, "cpus", {{scalar("0"), scalar("512"), std::nullopt, false}}});
        return subject;
    }

    // Sends 100 frames through lane 1 with the empty program for `program` of lane 0 on it.
    static Result<LaneCounts> send(const Subject& subject) {
        XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
        XDPBENCH_TRY(Generator generator,
                     Generator::create(Frames(1, Frame{std::vector<std::uint8_t>(60), 0})));
        XDPBENCH_TRY(const Topology topology, Topology::create(2, 60, TopologyKind::chain));
        XDPBENCH_TRY(const Program program, load_program(subject, topology));
        XDPBENCH_TRY(const EmptyProgram empty,
                     EmptyProgram::load(Action::redirect, program, topology, 0, 1));
        XDPBENCH_TRY(const EquippedLane lane,
                     EquippedLane::create(topology, 1, nullptr, empty.fd(), Mode::native, {}));
        XDPBENCH_TRY(const LaneWindow window, run_window(lane, generator, topology, 100));
        return window.counts;
    }

    // The same in the place of `program`, counted.
    static Result<LaneCounts> send_counting(const Subject& subject) {
        XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
        XDPBENCH_TRY(Generator generator,
                     Generator::create(Frames(1, Frame{std::vector<std::uint8_t>(60), 0})));
        XDPBENCH_TRY(const Topology topology, Topology::create(1, 60, TopologyKind::chain));
        XDPBENCH_TRY(const Program program, load_program(subject, topology));
        XDPBENCH_TRY(
            const EmptyProgram empty,
            EmptyProgram::load_counting(Action::redirect, program, topology, Mode::native));
        XDPBENCH_TRY(const EquippedLane lane, EquippedLane::create(topology, 0, &empty.program(),
                                                                   empty.fd(), Mode::native, {}));
        XDPBENCH_TRY(const LaneWindow window, run_window(lane, generator, topology, 100));
        return window.counts;
    }
};

// By each of the three means.
TEST_F(EmptyProgramTest, CountsItsFramesWhereNothingElseDoes) {
    struct Path {
        bool ports;
        bool cpus;
        const char* end;
    };
    for (const Path& path : {Path{true, false, "the far end"},
                             {false, false, "the far end"},
                             {false, true, "the stack"}}) {
        const auto counts = send_counting(subject(path.ports, path.cpus));
        ASSERT_TRUE(counts) << counts.error().text();
        EXPECT_EQ(counts->actions[XDP_REDIRECT], 100U);
        EXPECT_EQ(counts->handled(), 100U);
        EXPECT_EQ(redirect_end(*counts), path.end);
        std::uint64_t by_cpu = 0;
        for (const CpuTally& cpu : counts->cpus) by_cpu += cpu.actions[XDP_REDIRECT];
        EXPECT_EQ(by_cpu, 100U) << "in a map of its own";
    }
}

TEST_F(EmptyProgramTest, NoDeviceRedirects) {
    const auto topology = Topology::create(1, 60, TopologyKind::chain);
    ASSERT_TRUE(topology) << topology.error().text();
    const auto program = load_program(subject(true, false), *topology);
    ASSERT_TRUE(program) << program.error().text();
    const auto empty =
        EmptyProgram::load_counting(Action::redirect, *program, *topology, Mode::offload);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().kind, ErrorKind::unavailable);
}

TEST_F(EmptyProgramTest, ByDevmapToTheFarEndOfItsOwnLane) {
    const auto counts = send(subject(true, false));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(counts->actions[XDP_REDIRECT], 100U);
    EXPECT_EQ(redirect_end(*counts), "the far end");
}

TEST_F(EmptyProgramTest, ByDevmapBackToWhereFramesCameFrom) {
    const auto counts = send(subject(true, false, "interface:dut0"));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), "the tester");
}

TEST_F(EmptyProgramTest, ByIndexWithoutAMap) {
    const auto counts = send(subject(false, false));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), "the far end");
}

TEST_F(EmptyProgramTest, ByCpumapIntoTheStackOfThatCpu) {
    const auto counts = send(subject(false, true));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), "the stack");
    EXPECT_EQ(counts->passed_cpus.at(0), 100U);
}

TEST_F(EmptyProgramTest, ByCpumapToAllItsCpusInTurn) {
    if (measuring_cpu() == 0) GTEST_SKIP() << "takes two CPUs";
    Subject both = subject(false, true);
    both.scenario.configuration.maps.back().entries.push_back(
        {scalar("1"), scalar("512"), std::nullopt, false});
    const auto counts = send(both);
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(counts->passed_cpus.at(0), 50U);
    EXPECT_EQ(counts->passed_cpus.at(1), 50U);
}

TEST_F(EmptyProgramTest, TheQueueOfACpumapLimitsWhatIsUnderWay) {
    const auto topology = Topology::create(1, 60, TopologyKind::chain);
    ASSERT_TRUE(topology) << topology.error().text();
    const auto program = load_program(subject(false, true), *topology);
    ASSERT_TRUE(program) << program.error().text();
    const auto target = find_redirect_target(*program, topology->lanes[0]);
    ASSERT_TRUE(target) << target.error().text();
    EXPECT_EQ(target->means, Means::cpumap);
    EXPECT_EQ(most_in_flight(*target, 65536), 512U - 64);
    EXPECT_EQ(most_in_flight(*target, 100), 100U);
    EXPECT_EQ(most_in_flight(std::nullopt, 65536), 65536U);
    RedirectPath shortest = *target;
    shortest.queue = 1;
    EXPECT_EQ(most_in_flight(shortest, 65536), 1U);
}

// The queue begins anywhere in its ring, and the thread behind it gets the CPU only afterwards.
TEST_F(EmptyProgramTest, WhatIsUnderWayFindsRoomWhereverTheQueueBegins) {
    constexpr int kCpu = 0;  // the map's
    const auto pinned = PinnedThread::pin(kCpu);
    ASSERT_TRUE(pinned) << pinned.error().text();
    const auto topology = Topology::create(2, 60, TopologyKind::chain);
    ASSERT_TRUE(topology) << topology.error().text();
    auto generator = Generator::create(Frames(1, Frame{std::vector<std::uint8_t>(60), 0}));
    ASSERT_TRUE(generator) << generator.error().text();
    const auto program = load_program(subject(false, true), *topology);
    ASSERT_TRUE(program) << program.error().text();
    const auto empty = EmptyProgram::load(Action::redirect, *program, *topology, 0, 1);
    ASSERT_TRUE(empty) << empty.error().text();
    const auto lane = EquippedLane::create(*topology, 1, nullptr, empty->fd(), Mode::native, {});
    ASSERT_TRUE(lane) << lane.error().text();
    const std::uint64_t most = most_in_flight(empty->target(), 65536);
    const sched_param first = {.sched_priority = 1};
    const sched_param ordinary = {};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_FIFO, &first), 0) << std::strerror(errno);
    Result<LaneWindow> window = Error{};
    for (int windows = 0; windows < 20; ++windows) {
        window = run_window(*lane, *generator, *topology, most - 1);
        if (!window) break;
    }
    ASSERT_EQ(::sched_setscheduler(0, SCHED_OTHER, &ordinary), 0);
    ASSERT_TRUE(window) << window.error().text();
}

TEST_F(EmptyProgramTest, TargetsOfTwoKindsHaveNoFloor) {
    const auto counts = send(subject(true, true));
    ASSERT_FALSE(counts);
    EXPECT_EQ(counts.error().kind, ErrorKind::unavailable);
    EXPECT_NE(counts.error().text().find("hold targets"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench
