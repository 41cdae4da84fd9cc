// The paced generator and time stamps through a real veth pair: never early, every frame counted,
// latencies right.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <ctime>
#include <optional>

#include "bpf/fixture_test.h"
#include "net/interface.h"
#include "net/network.h"
#include "packet/dissect.h"
#include "packet/pcap.h"
#include "stamp.h"
#include "traffic/clock_cost.h"
#include "traffic/generator.h"
#include "traffic/generator_group.h"
#include "traffic/placement.h"
#include "traffic/sink.h"
#include "traffic/stamped_frames.h"

namespace xdpbench::traffic {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

std::uint64_t monotonic_now() {
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kSecond +
           static_cast<std::uint64_t>(now.tv_nsec);
}

stamp stamp_of(const packet::Frame& frame) {
    stamp found = {};
    const auto length = static_cast<std::uint32_t>(frame.bytes.size());
    std::memcpy(&found, frame.bytes.data() + stamp_offset(length), sizeof(found));
    return found;
}

class PacedTest : public bpf::KernelTest {
  protected:
    void SetUp() override {
        bpf::KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        auto network = net::Network::create(1, 1518);
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
        const auto frames =
            packet::read_frames(std::string(XDP_BENCH_SOURCE_DIR) + "/pcaps/mixed.pcap", 0, 299);
        ASSERT_TRUE(frames) << frames.error().text();
        frames_ = *frames;
    }

    void sink(Capture capture) {
        auto sink =
            Sink::attach(network_->dut, network_->links[0].dut, SinkPlace::interface, capture);
        ASSERT_TRUE(sink) << sink.error().text();
        sink_.emplace(std::move(*sink));
    }

    Offer offer(Pace pace, double rate, double seconds) {
        auto generator = Generator::create(frames_, pace);
        EXPECT_TRUE(generator) << generator.error().text();
        if (!generator) return {};
        const auto offer =
            generator->offer(network_->tester, network_->links[0].tester.index, {rate, seconds});
        EXPECT_TRUE(offer) << offer.error().text();
        return offer.value_or(Offer{});
    }

    // The kernel may finish its work a moment after the sender is done.
    void await(std::uint64_t frames) const {
        EXPECT_TRUE(bpf::comes_true([&] { return sink_->arrived().value_or(0) >= frames; }));
    }

    void send(std::uint64_t count) {
        auto generator = Generator::create(frames_);
        ASSERT_TRUE(generator) << generator.error().text();
        ASSERT_TRUE(generator->send(network_->tester, network_->links[0].tester.index, count));
        await(count);
    }

    std::optional<net::Network> network_;
    std::optional<Sink> sink_;
    packet::Frames frames_;
};

// A schedule has no room for more, and a busy machine only makes it fewer.
TEST_F(PacedTest, OffersAtMostTheRateAndEveryFrameArrives) {
    sink({});
    const Offer offered = offer(Pace::paced, 5000, 0.2);
    await(offered.frames);
    EXPECT_GT(offered.frames, 0U);
    EXPECT_LE(offered.frames, 1000U);
    EXPECT_GE(offered.seconds, 0.2);
    EXPECT_GE(offered.worst_lag, 0);
    EXPECT_EQ(sink_->arrived().value_or(0), offered.frames);
}

TEST_F(PacedTest, NoFrameIsEarly) {
    constexpr double kRate = 2000;
    frames_ = make_room_for_stamps(frames_).frames;
    sink({400, 1600});
    const Offer offered = offer(Pace::paced_stamped, kRate, 0.1);
    await(offered.frames);
    const auto captured = sink_->captured();
    ASSERT_TRUE(captured);
    ASSERT_EQ(captured->size(), offered.frames);
    const stamp first = stamp_of(captured->front());
    for (std::size_t i = 0; i < captured->size(); ++i) {
        const stamp found = stamp_of((*captured)[i]);
        ASSERT_EQ(found.magic, STAMP_MAGIC) << i;
        const auto since = static_cast<double>(stamp_time(&found) - stamp_time(&first));
        // The schedule counts in 1/65536 ns.
        ASSERT_GE(since + 1, static_cast<double>(i) * 1e9 / kRate) << i;
    }
}

// Two generators on a device with two queues.
class TwoGeneratorsTest : public PacedTest {
  protected:
    void SetUp() override {
        PacedTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        cpus_ = allowed_cpus();
        if (cpus_.size() < 2) GTEST_SKIP() << "takes two CPUs";
        cpus_.resize(2);
        auto network = net::Network::create(1, 1518, model::NetworkKind::pair, queues_for(cpus_));
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
        sink({});
        auto generators = GeneratorGroup::create(frames_, Pace::paced, cpus_);
        ASSERT_TRUE(generators) << generators.error().text();
        generators_.emplace(std::move(*generators));
    }

    // Frames that the queue of CPU number `i` has taken in.
    std::uint64_t taken_in(std::size_t i) const {
        const auto queue = static_cast<std::size_t>(cpus_[i]) % queues_for(cpus_);
        const auto counters = net::driver_counters(network_->dut, "dut0");
        return counters ? counters->at(fmt::format("rx_queue_{}_xdp_packets", queue)) : 0;
    }

    JointOffer offer_together(double rate, double seconds) {
        const auto offer =
            generators_->offer(network_->tester, network_->links[0].tester.index, {rate, seconds});
        EXPECT_TRUE(offer) << offer.error().text();
        return offer.value_or(JointOffer{});
    }

    std::vector<int> cpus_;
    std::optional<GeneratorGroup> generators_;
};

TEST_F(TwoGeneratorsTest, OfferTheRateTogetherEachThroughItsQueue) {
    const JointOffer offered = offer_together(5000, 0.2);
    await(offered.frames);
    EXPECT_EQ(sink_->arrived().value_or(0), offered.frames);
    EXPECT_LE(offered.frames, 1000U);
    EXPECT_GE(offered.seconds, 0.2);
    ASSERT_EQ(offered.each.size(), 2U);
    EXPECT_EQ(offered.each[0].frames + offered.each[1].frames, offered.frames);
    for (std::size_t i = 0; i < cpus_.size(); ++i) {
        EXPECT_GT(offered.each[i].frames, 0U);
        EXPECT_LE(offered.each[i].frames, 500U);
        EXPECT_EQ(taken_in(i), offered.each[i].frames) << "CPU " << cpus_[i];
    }
}

TEST_F(TwoGeneratorsTest, TakeTurnsSoThatFewFramesAreAsManyAsOfOne) {
    // A generator that is held up makes up for 128 frames: all of them.
    const JointOffer three = offer_together(1000, 0.003);
    ASSERT_EQ(three.each.size(), 2U);
    EXPECT_EQ(three.each[0].frames, 2U);
    EXPECT_EQ(three.each[1].frames, 1U);
    const JointOffer one = offer_together(1000, 0.001);
    ASSERT_EQ(one.each.size(), 2U);
    EXPECT_EQ(one.each[0].frames, 1U);
    EXPECT_EQ(one.each[1].frames, 0U);
    EXPECT_EQ(one.frames, 1U);
    EXPECT_GE(one.seconds, 0.001);
    EXPECT_LT(one.seconds, 1000) << "the one that sent nothing took no time for it";
}

TEST_F(PacedTest, AsFastAsPossibleEndsInTime) {
    sink({});
    const auto start = std::chrono::steady_clock::now();
    const Offer offered = offer(Pace::paced, kHighestRate, 0.05);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    EXPECT_GT(offered.frames, 0U);
    EXPECT_LT(static_cast<double>(offered.frames), kHighestRate * 0.05);
    EXPECT_LE(offered.seconds, took.count());
}

TEST_F(PacedTest, AStampChangesNothingThatAProgramLooksAt) {
    const StampableFrames room = make_room_for_stamps(frames_);
    const packet::Frames original = frames_;
    frames_ = room.frames;
    sink({300, 1600});
    const Offer offered = offer(Pace::paced_stamped, 20000, 0.01);
    await(offered.frames);
    const auto captured = sink_->captured();
    ASSERT_TRUE(captured);
    ASSERT_EQ(captured->size(), offered.frames);
    for (std::size_t i = 0; i < captured->size(); ++i) {
        ASSERT_EQ((*captured)[i].bytes.size(), room.frames[i].bytes.size());
        // One's complement has two zeros.
        ASSERT_EQ(stamp_sum((*captured)[i].bytes) % 0xffff,
                  stamp_sum(room.frames[i].bytes) % 0xffff)
            << i;
        const std::vector<packet::Field> before = packet::dissect(original[i]);
        const std::vector<packet::Field> after = packet::dissect((*captured)[i]);
        for (std::size_t field = 0; field < before.size(); ++field) {
            if (before[field].name == "payload" || before[field].name == "padding") continue;
            ASSERT_EQ(after[field].value, before[field].value) << i << " " << before[field].name;
        }
    }
}

TEST_F(PacedTest, EveryFrameThatArrivesIsALatency) {
    frames_ = make_room_for_stamps(frames_).frames;
    sink({0, 1, true});
    const std::uint64_t start = monotonic_now();
    const Offer offered = offer(Pace::paced_stamped, 20000, 0.05);
    await(offered.frames);
    const std::uint64_t took = monotonic_now() - start;
    const auto latencies = sink_->take_latencies();
    ASSERT_TRUE(latencies);
    EXPECT_EQ(latencies->unstamped, 0U);
    EXPECT_EQ(latencies->histogram.samples(), offered.frames);
    EXPECT_GT(latencies->histogram.longest(), 0U);
    EXPECT_LE(latencies->histogram.longest(), took);
    EXPECT_EQ(sink_->take_latencies()->histogram.samples(), 0U) << "they were taken";
}

// Frames that say they were sent a second ago.
TEST_F(PacedTest, AKnownShiftIsMeasured) {
    sink({0, 1, true});
    const std::uint64_t start = monotonic_now();
    frames_ = stamped(make_room_for_stamps(frames_).frames, start - kSecond);
    send(frames_.size());
    const std::uint64_t took = monotonic_now() - start;
    const auto latencies = sink_->take_latencies();
    ASSERT_TRUE(latencies);
    EXPECT_EQ(latencies->histogram.samples(), frames_.size());
    EXPECT_GE(latencies->histogram.quantile(0).value_or(0), kSecond);
    EXPECT_GE(latencies->histogram.longest(), kSecond);
    EXPECT_LE(latencies->histogram.longest(), kSecond + took);
}

TEST_F(PacedTest, FramesWithoutAStampAreToldApart) {
    sink({0, 1, true});
    frames_ = stamped(make_room_for_stamps(frames_).frames, monotonic_now());
    frames_[7].bytes.resize(frames_[7].bytes.size() - 2);  // cut off, as a program might
    send(frames_.size());
    const auto latencies = sink_->take_latencies();
    ASSERT_TRUE(latencies);
    EXPECT_EQ(latencies->unstamped, 1U);
    EXPECT_EQ(latencies->histogram.samples(), frames_.size() - 1);
}

TEST_F(PacedTest, TheClockCostsSomething) {
    const auto cost = measure_clock();
    ASSERT_TRUE(cost) << cost.error().text();
    EXPECT_GT(*cost, 0);
    EXPECT_LT(*cost, 1e6);
}

}  // namespace
}  // namespace xdpbench::traffic
