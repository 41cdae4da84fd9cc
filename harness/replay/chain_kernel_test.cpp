// Redirects through a chain: what is forwarded arrives at the far end, on the CPU that it was sent
// to, and the accounting knows every way.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <functional>

#include "bpf/fixture_test.h"
#include "replay/replay.h"
#include "testbed/instrumented_link.h"
#include "testbed/settled.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench::replay {
namespace {

enum Way : std::uint8_t {
    kDevmap = 0,
    kPlain = 1,
    kCpumap = 2,
    kNowhere = 3,
    kBack = 4,
    kPass = 5
};

// 60 bytes of no known protocol, whose first byte of payload tells the fixture the way.
packet::Frame frame_for(Way way, std::uint8_t number) {
    packet::Frame frame;
    frame.bytes.resize(60, number);
    frame.bytes[12] = 0x88;
    frame.bytes[13] = 0xb5;  // for local experiments
    frame.bytes[14] = way;
    return frame;
}

// `count` frames for each of the ways, in turn.
packet::Frames frames_for(const std::vector<Way>& ways, std::size_t count) {
    packet::Frames frames;
    for (std::size_t i = 0; i < count; ++i) {
        for (const Way way : ways) frames.push_back(frame_for(way, static_cast<std::uint8_t>(i)));
    }
    return frames;
}

class ChainTest : public bpf::KernelTest, public testing::WithParamInterface<model::Mode> {
  protected:
    // The fixture `redirect`, set up for the chain. CPUMAP leads to CPU 0.
    static target::Target target() {
        target::Target target;
        target.scenario.name = "redirect";
        target.scenario.replay.emplace().topology = model::NetworkKind::chain;
        target.object = bpf::fixture_object("redirect");
        scenario::Configuration& configuration = target.scenario.configuration;
        configuration.globals = {{"target", bpf::scalar("interface:out0")},
                                 {"from", bpf::scalar("interface:dut0")}};
        configuration.maps = {
            {{}, "ports", {{bpf::scalar("2"), bpf::scalar("interface:out0"), std::nullopt, false}}},
            {{}, "cpus", {{bpf::scalar("0"), bpf::scalar("2048"), std::nullopt, false}}}};
        return target;
    }

    struct Sent {
        testbed::LinkCounts counts;
        packet::Frames forwarded;
        packet::Frames passed;
        packet::Frames received;
    };

    static Result<Sent> send(const packet::Frames& frames) {
        return send(frames, target(), nothing);
    }

    using Look = std::function<void(const net::Network&)>;

    // `look` gets the network before frames are sent.
    static Result<Sent> send(const packet::Frames& frames, const target::Target& target,
                             const Look& look) {
        XDPBENCH_TRY(const traffic::PinnedThread pinned,
                     traffic::PinnedThread::pin(traffic::measuring_cpu()));
        XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
        XDPBENCH_TRY(const net::Network network,
                     net::Network::create(1, 64, model::NetworkKind::chain));
        XDPBENCH_TRY(const bpf::Program program, target::load_program(target, network));
        look(network);
        XDPBENCH_TRY(
            testbed::InstrumentedLink link,
            testbed::InstrumentedLink::create(network, 0, &program, program.fd(), GetParam(),
                                              {static_cast<std::uint32_t>(frames.size()), 64}));
        XDPBENCH_CHECK(link.watch_tracepoints());
        XDPBENCH_TRY(const testbed::LinkCounts before, link.read());
        XDPBENCH_CHECK(generator.send(network.tester, link.tester().index, frames.size()));
        Sent sent;
        XDPBENCH_TRY(sent.counts, testbed::settled(link, before, frames.size()));
        XDPBENCH_TRY(sent.forwarded, link.far_sink()->captured());
        XDPBENCH_TRY(sent.passed, link.stack_sink().captured());
        XDPBENCH_TRY(sent.received, link.tester_sink().captured());
        return sent;
    }

    static void nothing(const net::Network& /*network*/) {}

    // The fixture `behind_redirect`, whose maps name the programs to run behind them.
    static Result<Sent> send_to_companions(const packet::Frames& frames,
                                           std::uint8_t& out_ifindex) {
        const auto entry = [](model::Value::Fields fields) -> std::vector<scenario::MapEntry> {
            return {{bpf::scalar("0"), model::Value{{}, std::move(fields)}, std::nullopt, false}};
        };
        const auto program = [](const char* name) {
            return model::Value{{}, model::Value::Fields{{"fd", bpf::scalar(name)}}};
        };
        target::Target target;
        target.scenario.name = "behind_redirect";
        target.scenario.replay.emplace().topology = model::NetworkKind::chain;
        target.object = bpf::fixture_object("behind_redirect");
        target.scenario.configuration.maps = {
            {{},
             "ports",
             entry({{"ifindex", bpf::scalar("interface:out0")},
                    {"bpf_prog", program("program:on_the_device")}})},
            {{},
             "cpus",
             entry({{"qsize", bpf::scalar("2048")}, {"bpf_prog", program("program:on_the_cpu")}})}};
        return send(frames, target, [&](const net::Network& network) {
            out_ifindex = static_cast<std::uint8_t>(network.interfaces().at("out0"));
        });
    }
};

TEST_P(ChainTest, RedirectedFramesArriveAtTheFarEndWholeAndInOrder) {
    const packet::Frames frames = frames_for({kDevmap, kPlain}, 250);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
    EXPECT_EQ(sent->counts.forwarded, frames.size());
    EXPECT_EQ(sent->counts.actions[XDP_REDIRECT], frames.size());
    EXPECT_EQ(sent->counts.losses, model::Losses{});
    EXPECT_TRUE(sent->forwarded == frames);
}

TEST_P(ChainTest, EveryWayIsAccountedFor) {
    const packet::Frames frames = frames_for({kDevmap, kBack, kPass}, 50);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
    EXPECT_EQ(sent->counts.forwarded, 50U);
    EXPECT_EQ(sent->counts.received, 50U);
    EXPECT_EQ(sent->counts.passed, 50U);
    EXPECT_EQ(sent->received.size(), 50U);
    EXPECT_TRUE(sent->received.front() == frame_for(kBack, 0));
}

TEST_P(ChainTest, ACpumapHandsFramesToTheOtherCpu) {
    const int from = traffic::measuring_cpu();
    if (from == 0) GTEST_SKIP() << "frames are sent from CPU 0: a second CPU is needed";
    const packet::Frames frames = frames_for({kCpumap}, 200);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(sent->counts.passed, frames.size());
    EXPECT_EQ(sent->counts.passed_cpus.at(0), frames.size()) << "where the map leads";
    EXPECT_EQ(sent->counts.passed_cpus.at(static_cast<std::size_t>(from)), 0U);
    EXPECT_TRUE(sent->passed == frames);
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
}

TEST_P(ChainTest, RedirectsThatFailAreNotTakenForArrivals) {
    const packet::Frames frames = frames_for({kDevmap, kNowhere}, 20);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(sent->counts.forwarded, 20U);
    EXPECT_EQ(sent->counts.losses, (model::Losses{{"redirect_errors", 20}}));
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
}

// Eight frames at a time for a queue of one.
TEST_P(ChainTest, WhatFindsTheQueueOfACpumapFullIsALossWithAName) {
    if (traffic::measuring_cpu() == 0)
        GTEST_SKIP() << "frames are sent from CPU 0: a second CPU is needed";
    const packet::Frames frames = frames_for({kCpumap}, 200);
    target::Target narrow = target();
    narrow.scenario.configuration.maps.back().entries.front().value = bpf::scalar("1");
    const auto sent = send(frames, narrow, nothing);
    ASSERT_TRUE(sent) << sent.error().text();
    const char* const name = GetParam() == model::Mode::native ? "cpumap_drops" : "redirect_errors";
    std::uint64_t lost = 0;
    for (const auto& [loss, count] : sent->counts.losses) {
        EXPECT_EQ(loss, name);
        lost += count;
    }
    EXPECT_EQ(sent->counts.passed + lost, frames.size());
    // The first bundle finds the other CPU asleep. (Generic frames come one by one.)
    EXPECT_GE(lost, GetParam() == model::Mode::native ? 1U : 0U);
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
}

// As they should be behind the program of a map.
packet::Frames noted(packet::Frames frames, char who, std::uint8_t where) {
    for (packet::Frame& frame : frames) {
        frame.bytes[15] = static_cast<std::uint8_t>(who);
        frame.bytes[16] = where;
    }
    return frames;
}

TEST_P(ChainTest, AProgramBehindADevmapRunsOnTheWayOut) {
    const packet::Frames frames = frames_for({kDevmap}, 100);
    std::uint8_t out0 = 0;
    const auto sent = send_to_companions(frames, out0);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_TRUE(sent->forwarded == noted(frames, 'd', out0));
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
}

TEST_P(ChainTest, AProgramBehindACpumapRunsOnItsCpu) {
    if (traffic::measuring_cpu() == 0)
        GTEST_SKIP() << "frames are sent from CPU 0: a second CPU is needed";
    const packet::Frames frames = frames_for({kCpumap}, 100);
    std::uint8_t out0 = 0;
    const auto sent = send_to_companions(frames, out0);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_TRUE(sent->passed == noted(frames, 'c', 0));
    EXPECT_EQ(sent->counts.passed_cpus.at(0), frames.size());
    EXPECT_EQ(testbed::unaccounted(sent->counts, frames.size()), "");
}

INSTANTIATE_TEST_SUITE_P(Modes, ChainTest,
                         testing::Values(model::Mode::generic, model::Mode::native),
                         bpf::mode_as_name);

}  // namespace
}  // namespace xdpbench::replay
