// The baseline of a redirecting program redirects by the same means and to the same end.
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <sched.h>

#include <cerrno>
#include <cstring>

#include "bpf/fixture_test.h"
#include "target/target.h"
#include "testbed/empty_program.h"
#include "testbed/link_window.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench::testbed {
namespace {

using Means = RedirectPath::Means;

class EmptyProgramTest : public bpf::KernelTest {
  protected:
    // The fixture `redirect` with targets in the maps named.
    static target::Target target(bool ports, bool cpus, const char* interface = "interface:out0") {
        target::Target target;
        target.scenario.name = "redirect";
        target.scenario.replay.emplace().topology = model::NetworkKind::chain;
        target.object = bpf::fixture_object("redirect");
        scenario::Configuration& configuration = target.scenario.configuration;
        configuration.globals = {{"target", bpf::scalar("interface:out0")},
                                 {"from", bpf::scalar("interface:dut0")}};
        if (ports)
            configuration.maps.push_back(
                {{}, "ports", {{bpf::scalar("2"), bpf::scalar(interface), std::nullopt, false}}});
        if (cpus)
            configuration.maps.push_back(
                {{}, "cpus", {{bpf::scalar("0"), bpf::scalar("512"), std::nullopt, false}}});
        return target;
    }

    // Sends 100 frames with the empty program for `program` of link 0 on link 1; or, counted, in
    // the program's own place.
    static Result<LinkCounts> send(const target::Target& target, bool counting = false) {
        XDPBENCH_TRY(const traffic::PinnedThread pinned,
                     traffic::PinnedThread::pin(traffic::measuring_cpu()));
        XDPBENCH_TRY(traffic::Generator generator,
                     traffic::Generator::create(
                         packet::Frames(1, packet::Frame{std::vector<std::uint8_t>(60), 0})));
        const std::size_t link_number = counting ? 0 : 1;
        XDPBENCH_TRY(const net::Network network,
                     net::Network::create(link_number + 1, 60, model::NetworkKind::chain));
        XDPBENCH_TRY(const bpf::Program program, target::load_program(target, network));
        XDPBENCH_TRY(const EmptyProgram empty,
                     counting
                         ? EmptyProgram::load_counting(model::Action::redirect, program, network,
                                                       model::Mode::native)
                         : EmptyProgram::load(model::Action::redirect, program, network, 0, 1));
        XDPBENCH_TRY(
            const InstrumentedLink link,
            InstrumentedLink::create(network, link_number, counting ? &empty.program() : nullptr,
                                     empty.fd(), model::Mode::native, {}));
        XDPBENCH_TRY(const LinkWindow window, run_window(link, generator, network, 100));
        return window.counts;
    }
};

// By each of the three means.
TEST_F(EmptyProgramTest, CountsItsFramesWhereNothingElseDoes) {
    struct Path {
        bool ports;
        bool cpus;
        model::End end;
    };
    for (const Path& path : {Path{true, false, model::End::far},
                             {false, false, model::End::far},
                             {false, true, model::End::stack}}) {
        const auto counts = send(target(path.ports, path.cpus), true);
        ASSERT_TRUE(counts) << counts.error().text();
        EXPECT_EQ(counts->actions[XDP_REDIRECT], 100U);
        EXPECT_EQ(counts->handled(), 100U);
        EXPECT_EQ(redirect_end(*counts), path.end);
        std::uint64_t by_cpu = 0;
        for (const model::CpuTally& cpu : counts->cpus) by_cpu += cpu.actions[XDP_REDIRECT];
        EXPECT_EQ(by_cpu, 100U) << "in a map of its own";
    }
}

TEST_F(EmptyProgramTest, NoDeviceRedirects) {
    const auto network = net::Network::create(1, 60, model::NetworkKind::chain);
    ASSERT_TRUE(network) << network.error().text();
    const auto program = target::load_program(target(true, false), *network);
    ASSERT_TRUE(program) << program.error().text();
    const auto empty = EmptyProgram::load_counting(model::Action::redirect, *program, *network,
                                                   model::Mode::offload);
    ASSERT_FALSE(empty);
    EXPECT_EQ(empty.error().kind, ErrorKind::unavailable);
}

TEST_F(EmptyProgramTest, ByDevmapToTheFarEndOfItsOwnLink) {
    const auto counts = send(target(true, false));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(counts->actions[XDP_REDIRECT], 100U);
    EXPECT_EQ(redirect_end(*counts), model::End::far);
}

TEST_F(EmptyProgramTest, ByDevmapBackToWhereFramesCameFrom) {
    const auto counts = send(target(true, false, "interface:dut0"));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), model::End::tester);
}

TEST_F(EmptyProgramTest, ByIndexWithoutAMap) {
    const auto counts = send(target(false, false));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), model::End::far);
}

TEST_F(EmptyProgramTest, ByCpumapIntoTheStackOfThatCpu) {
    const auto counts = send(target(false, true));
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(redirect_end(*counts), model::End::stack);
    EXPECT_EQ(counts->passed_cpus.at(0), 100U);
}

TEST_F(EmptyProgramTest, ByCpumapToAllItsCpusInTurn) {
    if (traffic::measuring_cpu() == 0) GTEST_SKIP() << "takes two CPUs";
    target::Target both = target(false, true);
    both.scenario.configuration.maps.back().entries.push_back(
        {bpf::scalar("1"), bpf::scalar("512"), std::nullopt, false});
    const auto counts = send(both);
    ASSERT_TRUE(counts) << counts.error().text();
    EXPECT_EQ(counts->passed_cpus.at(0), 50U);
    EXPECT_EQ(counts->passed_cpus.at(1), 50U);
}

TEST_F(EmptyProgramTest, TheQueueOfACpumapLimitsWhatIsUnderWay) {
    const auto network = net::Network::create(1, 60, model::NetworkKind::chain);
    ASSERT_TRUE(network) << network.error().text();
    const auto program = target::load_program(target(false, true), *network);
    ASSERT_TRUE(program) << program.error().text();
    const auto redirect_path = find_redirect_target(*program, network->links[0]);
    ASSERT_TRUE(redirect_path) << redirect_path.error().text();
    EXPECT_EQ(redirect_path->means, Means::cpumap);
    EXPECT_EQ(most_in_flight(*redirect_path, 65536), 512U - 64);
    EXPECT_EQ(most_in_flight(*redirect_path, 100), 100U);
    EXPECT_EQ(most_in_flight(std::nullopt, 65536), 65536U);
    RedirectPath shortest = *redirect_path;
    shortest.queue = 1;
    EXPECT_EQ(most_in_flight(shortest, 65536), 1U);
}

// The queue begins anywhere in its ring, and the thread behind it gets the CPU only afterwards.
TEST_F(EmptyProgramTest, WhatIsUnderWayFindsRoomWhereverTheQueueBegins) {
    constexpr int kCpu = 0;  // the map's
    const auto pinned = traffic::PinnedThread::pin(kCpu);
    ASSERT_TRUE(pinned) << pinned.error().text();
    const auto network = net::Network::create(2, 60, model::NetworkKind::chain);
    ASSERT_TRUE(network) << network.error().text();
    auto generator = traffic::Generator::create(
        packet::Frames(1, packet::Frame{std::vector<std::uint8_t>(60), 0}));
    ASSERT_TRUE(generator) << generator.error().text();
    const auto program = target::load_program(target(false, true), *network);
    ASSERT_TRUE(program) << program.error().text();
    const auto empty = EmptyProgram::load(model::Action::redirect, *program, *network, 0, 1);
    ASSERT_TRUE(empty) << empty.error().text();
    const auto link =
        InstrumentedLink::create(*network, 1, nullptr, empty->fd(), model::Mode::native, {});
    ASSERT_TRUE(link) << link.error().text();
    const std::uint64_t most = most_in_flight(empty->redirect_path(), 65536);
    const sched_param first = {.sched_priority = 1};
    const sched_param ordinary = {};
    ASSERT_EQ(::sched_setscheduler(0, SCHED_FIFO, &first), 0) << std::strerror(errno);
    Result<LinkWindow> window = Error{};
    for (int windows = 0; windows < 20; ++windows) {
        window = run_window(*link, *generator, *network, most - 1);
        if (!window) break;
    }
    ASSERT_EQ(::sched_setscheduler(0, SCHED_OTHER, &ordinary), 0);
    ASSERT_TRUE(window) << window.error().text();
}

TEST_F(EmptyProgramTest, TargetsOfTwoKindsHaveNoBaseline) {
    const auto counts = send(target(true, true));
    ASSERT_FALSE(counts);
    EXPECT_EQ(counts.error().kind, ErrorKind::unavailable);
    EXPECT_NE(counts.error().text().find("hold targets"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::testbed
