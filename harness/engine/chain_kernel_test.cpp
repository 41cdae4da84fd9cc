// Redirects through a chain: what is forwarded arrives at the far end, on the CPU that it was sent
// to, and the books know every way.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "engine/lane.h"
#include "engine/replay.h"
#include "kernel/fixture_test.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {
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
Frame frame_for(Way way, std::uint8_t number) {
    Frame frame;
    frame.bytes.resize(60, number);
    frame.bytes[12] = 0x88;
    frame.bytes[13] = 0xb5;  // for local experiments
    frame.bytes[14] = way;
    return frame;
}

// `count` frames for each of the ways, in turn.
Frames frames_for(const std::vector<Way>& ways, std::size_t count) {
    Frames frames;
    for (std::size_t i = 0; i < count; ++i) {
        for (const Way way : ways) frames.push_back(frame_for(way, static_cast<std::uint8_t>(i)));
    }
    return frames;
}

class ChainTest : public KernelTest, public testing::WithParamInterface<Mode> {
  protected:
    // The fixture `redirect`, set up for the chain. CPUMAP leads to CPU 0.
    static Subject subject() {
        Subject subject;
        subject.scenario.name = "redirect";
        subject.scenario.replay.emplace().topology = TopologyKind::chain;
        subject.object = fixture_object("redirect");
        Configuration& configuration = subject.scenario.configuration;
        configuration.globals = {{"target", scalar("interface:out0")},
                                 {"from", scalar("interface:dut0")}};
        configuration.maps = {
            {{}, "ports", {{scalar("2"), scalar("interface:out0"), std::nullopt, false}}},
            {{}, "cpus", {{scalar("0"), scalar("2048"), std::nullopt, false}}}};
        return subject;
    }

    struct Sent {
        LaneCounts counts;
        Frames forwarded;
        Frames passed;
        Frames received;
    };

    static Result<Sent> send(const Frames& frames) {
        XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
        XDPBENCH_TRY(Generator generator, Generator::create(frames));
        XDPBENCH_TRY(const Topology topology, Topology::create(1, 64, TopologyKind::chain));
        XDPBENCH_TRY(const Program program, load_program(subject(), topology));
        XDPBENCH_TRY(const EquippedLane lane,
                     EquippedLane::create(topology, 0, &program, program.fd(), GetParam(),
                                          {static_cast<std::uint32_t>(frames.size()), 64}));
        XDPBENCH_TRY(const LaneCounts before, lane.read());
        XDPBENCH_CHECK(generator.send(topology.tester, lane.tester().index, frames.size()));
        Sent sent;
        XDPBENCH_TRY(sent.counts, settled(lane, before, frames.size()));
        XDPBENCH_TRY(sent.forwarded, lane.far_sink()->captured());
        XDPBENCH_TRY(sent.passed, lane.stack_sink().captured());
        XDPBENCH_TRY(sent.received, lane.tester_sink().captured());
        return sent;
    }
};

TEST_P(ChainTest, RedirectedFramesArriveAtTheFarEndWholeAndInOrder) {
    const Frames frames = frames_for({kDevmap, kPlain}, 250);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(unbalanced(sent->counts, frames.size()), "");
    EXPECT_EQ(sent->counts.forwarded, frames.size());
    EXPECT_EQ(sent->counts.actions[XDP_REDIRECT], frames.size());
    EXPECT_EQ(sent->counts.losses, Losses{});
    EXPECT_TRUE(sent->forwarded == frames);
}

TEST_P(ChainTest, EveryWayIsAccountedFor) {
    const Frames frames = frames_for({kDevmap, kBack, kPass}, 50);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(unbalanced(sent->counts, frames.size()), "");
    EXPECT_EQ(sent->counts.forwarded, 50U);
    EXPECT_EQ(sent->counts.received, 50U);
    EXPECT_EQ(sent->counts.passed, 50U);
    EXPECT_EQ(sent->received.size(), 50U);
    EXPECT_TRUE(sent->received.front() == frame_for(kBack, 0));
}

TEST_P(ChainTest, ACpumapHandsFramesToTheOtherCpu) {
    const int from = measuring_cpu();
    if (from == 0) GTEST_SKIP() << "frames are sent from CPU 0: a second CPU is needed";
    const Frames frames = frames_for({kCpumap}, 200);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(sent->counts.passed, frames.size());
    EXPECT_EQ(sent->counts.passed_cpus.at(0), frames.size()) << "where the map leads";
    EXPECT_EQ(sent->counts.passed_cpus.at(static_cast<std::size_t>(from)), 0U);
    EXPECT_TRUE(sent->passed == frames);
    EXPECT_EQ(unbalanced(sent->counts, frames.size()), "");
}

TEST_P(ChainTest, RedirectsThatFailAreNotTakenForArrivals) {
    const Frames frames = frames_for({kDevmap, kNowhere}, 20);
    const auto sent = send(frames);
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(sent->counts.forwarded, 20U);
    if (GetParam() == Mode::native) {
        EXPECT_EQ(sent->counts.losses, (Losses{{"dut_rx_drops", 20}}));
        EXPECT_EQ(unbalanced(sent->counts, frames.size()), "");
    } else {
        // The kernel counts it nowhere in generic mode: for a program without counters it looks
        // like a drop.
        EXPECT_EQ(sent->counts.actions[XDP_DROP], 20U);
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, ChainTest, testing::Values(Mode::generic, Mode::native),
                         mode_as_name);

}  // namespace
}  // namespace xdpbench
