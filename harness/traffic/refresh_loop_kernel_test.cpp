// Every run gets a fresh packet, whatever the program did to the one before.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include <optional>
#include <utility>

#include "bpf/fixture_test.h"
#include "bpf/program_kind.h"
#include "net/network.h"
#include "traffic/refresh_loop.h"

namespace xdpbench::traffic {
namespace {

// Short frames and longer ones, which are restored differently. All of a frame's bytes hold its
// length.
packet::Frames telling_frames() {
    packet::Frames frames;
    for (std::size_t length = 34; length < 134; ++length) {
        packet::Frame frame;
        frame.bytes.resize(length, static_cast<std::uint8_t>(length));
        frames.push_back(std::move(frame));
    }
    return frames;
}

struct Trace {
    const char* function;
    std::uint32_t returned;
};
void PrintTo(const Trace& trace, std::ostream* out) { *out << trace.function; }

class RefreshLoopTest : public bpf::KernelTest, public testing::WithParamInterface<Trace> {
  protected:
    void prepare(const std::string& function, bool frags = false) {
        Result<bpf::Program> program =
            bpf::Program::open(bpf::fixture_object("leaves_traces"), function);
        ASSERT_TRUE(program) << program.error().text();
        const Result<void> loaded = program->load();
        ASSERT_TRUE(loaded) << loaded.error().text();
        program_.emplace(std::move(*program));
        Result<net::Network> network = net::Network::create(0, 0);
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
        Result<RefreshLoop> loop = RefreshLoop::create(telling_frames(), frags);
        ASSERT_TRUE(loop) << loop.error().text();
        loop_.emplace(std::move(*loop));
        const Result<void> parked = loop_->park(network_->tester, network_->parking);
        ASSERT_TRUE(parked) << parked.error().text();
    }

    Result<std::vector<std::string>> stale_packets() {
        return program_->compare_maps({scenario::MapContent{
            {}, "stale", {scenario::MapEntry{bpf::scalar("0"), bpf::scalar("0"), {}, false}}}});
    }

    std::optional<bpf::Program> program_;
    std::optional<net::Network> network_;
    std::optional<RefreshLoop> loop_;
};

TEST_P(RefreshLoopTest, TheNextRunGetsAFreshPacket) {
    ASSERT_NO_FATAL_FAILURE(prepare(GetParam().function));
    const Result<void> placed = loop_->place(2, program_->fd());
    ASSERT_TRUE(placed) << placed.error().text();
    for (const std::uint32_t runs : {1U, 99U, 10'000U, 3U}) {
        const Result<TimedRuns> timed = loop_->run(network_->tester, 2, runs);
        ASSERT_TRUE(timed) << timed.error().text();
        EXPECT_EQ(timed->returned, GetParam().returned) << runs << " runs";
        EXPECT_EQ(timed->runs, runs);
        EXPECT_GT(timed->seconds, 0);  // its CPU time may be none where that is counted in ticks
    }
    const auto stale = stale_packets();
    ASSERT_TRUE(stale) << stale.error().text();
    EXPECT_TRUE(stale->empty()) << stale->front();
}

INSTANTIATE_TEST_SUITE_P(Traces, RefreshLoopTest,
                         testing::Values(Trace{"pushes_head", XDP_TX}, Trace{"pops_head", XDP_TX},
                                         Trace{"cuts_tail", XDP_TX}, Trace{"grows_tail", XDP_TX},
                                         Trace{"adds_metadata", XDP_PASS},
                                         Trace{"overwrites", XDP_TX}),
                         testing::PrintToStringParamName());

TEST_F(RefreshLoopTest, CyclesThroughTheFrames) {
    ASSERT_NO_FATAL_FAILURE(prepare("overwrites"));
    ASSERT_TRUE(loop_->place(0, program_->fd()));
    EXPECT_EQ(loop_->run(network_->tester, 0, 1)->frame, 0U);
    EXPECT_EQ(loop_->run(network_->tester, 0, 1)->frame, 1U);
    EXPECT_EQ(loop_->run(network_->tester, 0, 100)->frame, 1U);
    loop_->seek(0);
    EXPECT_EQ(loop_->run(network_->tester, 0, 5)->frame, 4U);
}

TEST_F(RefreshLoopTest, AnEmptySlotIsAnError) {
    ASSERT_NO_FATAL_FAILURE(prepare("overwrites"));
    const Result<TimedRuns> timed = loop_->run(network_->tester, 3, 10);
    ASSERT_FALSE(timed);
    EXPECT_EQ(timed.error().kind, ErrorKind::invalid);
}

TEST_F(RefreshLoopTest, TheLoopHasTheAttachTypeOfItsFirstProgram) {
    constexpr auto kNone = static_cast<bpf_attach_type>(0);
    ASSERT_NO_FATAL_FAILURE(prepare("overwrites"));
    const auto load_without = [] {
        Result<bpf::Program> program =
            bpf::Program::open(bpf::fixture_object("leaves_traces"), "overwrites");
        if (program) bpf::load_as(program->handle(), kNone);
        if (program && !program->load()) ADD_FAILURE() << "cannot load";
        return program;
    };
    const Result<bpf::Program> first = load_without();
    const Result<bpf::Program> second = load_without();
    ASSERT_TRUE(first && second);
    loop_->seek(1);
    for (const auto& [slot, program] : {std::pair(0U, &*first), std::pair(1U, &*second)}) {
        const Result<void> placed = loop_->place(slot, program->fd());
        ASSERT_TRUE(placed) << placed.error().text();
    }
    const Result<TimedRuns> timed = loop_->run(network_->tester, 0, 1);
    ASSERT_TRUE(timed) << timed.error().text();
    EXPECT_EQ(timed->frame, 1U);
    EXPECT_EQ(timed->returned, static_cast<std::uint32_t>(XDP_TX));
    // Kernels that tell them apart take no other kind from then on.
    if (bpf::kind_of_program(first->fd()).attach_type != kNone) return;
    const Result<void> other = loop_->place(2, program_->fd());
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().kind, ErrorKind::unavailable);
    EXPECT_NE(other.error().text().find("attach type"), std::string::npos) << other.error().text();
}

TEST_F(RefreshLoopTest, FragsMustAgree) {
    ASSERT_NO_FATAL_FAILURE(prepare("in_fragments"));
    EXPECT_TRUE(program_->has_frags());
    const Result<void> placed = loop_->place(0, program_->fd());
    ASSERT_FALSE(placed);
    EXPECT_EQ(placed.error().kind, ErrorKind::unavailable);
    EXPECT_NE(placed.error().text().find("xdp.frags"), std::string::npos) << placed.error().text();

    ASSERT_NO_FATAL_FAILURE(prepare("in_fragments", true));
    const Result<void> agreed = loop_->place(0, program_->fd());
    ASSERT_TRUE(agreed) << agreed.error().text();
    const Result<TimedRuns> timed = loop_->run(network_->tester, 0, 1000);
    ASSERT_TRUE(timed) << timed.error().text();
    EXPECT_EQ(timed->returned, static_cast<std::uint32_t>(XDP_DROP));
}

}  // namespace
}  // namespace xdpbench::traffic
