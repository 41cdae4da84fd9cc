// Generator, network and sinks together: what is sent arrives whole, in order and counted.
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>
#include <span>

#include "bpf/attach.h"
#include "bpf/counters.h"
#include "bpf/fixture_test.h"
#include "net/network.h"
#include "packet/checksum.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/sink.h"

namespace xdpbench::traffic {
namespace {

using Bytes = std::vector<std::uint8_t>;

// A frame of `length` bytes that carries `number`, and looks like IPv4 without being it.
packet::Frame numbered_frame(std::size_t number, std::size_t length) {
    packet::Frame frame;
    frame.bytes.resize(length, static_cast<std::uint8_t>(number));
    frame.bytes[12] = 0x08;
    frame.bytes[13] = 0x00;
    if (length > 15) frame.bytes[15] = static_cast<std::uint8_t>(number >> 8);
    return frame;
}

packet::Frames numbered_frames(std::size_t count) {
    packet::Frames frames;
    for (std::size_t i = 0; i < count; ++i) frames.push_back(numbered_frame(i, 60 + i % 1455));
    return frames;
}

// As xdp_tx returns them.
packet::Frames swapped(packet::Frames frames) {
    for (packet::Frame& frame : frames)
        std::swap_ranges(frame.bytes.begin(), frame.bytes.begin() + 6, frame.bytes.begin() + 6);
    return frames;
}

void put16(Bytes& bytes, std::size_t at, unsigned value) {
    bytes.at(at) = static_cast<std::uint8_t>(value >> 8);
    bytes.at(at + 1) = static_cast<std::uint8_t>(value);
}

// VLAN tags behind the addresses of a frame, outermost first.
packet::Frame tagged(packet::Frame frame, const std::vector<std::pair<unsigned, unsigned>>& tags) {
    std::size_t at = 12;
    for (const auto& [protocol, control] : tags) {
        frame.bytes.insert(frame.bytes.begin() + static_cast<std::ptrdiff_t>(at), 4, 0);
        put16(frame.bytes, at, protocol);
        put16(frame.bytes, at + 2, control);
        at += 4;
    }
    return frame;
}

// The segment `number` of one TCP connection, 100 bytes long and with right checksums; as another
// protocol a packet between the same hosts.
packet::Frame ipv4_segment(unsigned number, int protocol) {
    constexpr std::size_t kIp = 14;
    constexpr std::size_t kTcp = kIp + 20;
    const Bytes headers{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0,  // Ethernet
                        0x45, 0, 0, 140, 0, 0, 0x40, 0, 64, 0, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
                        // ports 1000 and 2000, sequence and acknowledgement, ACK
                        3, 0xe8, 7, 0xd0, 0, 0, 0, 0, 0, 0, 0, 1, 0x50, 0x10, 1, 0, 0, 0, 0, 0};
    packet::Frame frame{headers, 0};
    Bytes& bytes = frame.bytes;
    bytes.resize(kTcp + 120, static_cast<std::uint8_t>(number));
    bytes[kIp + 9] = static_cast<std::uint8_t>(protocol);
    put16(bytes, kIp + 4, number);
    put16(bytes, kIp + 10, packet::internet_checksum(std::span(bytes).subspan(kIp, 20)));
    put16(bytes, kTcp + 6, number * 100);
    const std::uint32_t pseudo_header = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + IPPROTO_TCP + 120;
    put16(bytes, kTcp + 16,
          packet::internet_checksum(std::span(bytes).subspan(kTcp), pseudo_header));
    return frame;
}

class TrafficTest : public bpf::KernelTest, public testing::WithParamInterface<model::Mode> {
  protected:
    static constexpr Capture kCapture{3000, 3400};

    void SetUp() override {
        bpf::KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        auto network = net::Network::create(1, 1518);
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
    }

    [[nodiscard]] static model::Mode mode() { return GetParam(); }
    [[nodiscard]] const net::Link& link() const { return network_->links[0]; }

    // The reference program at the DUT side, and a sink at each end.
    void equip(const std::string& name, Capture capture = kCapture) {
        equip_with(bpf::reference_object(name), capture);
    }

    void equip_with(const std::string& object, Capture capture = kCapture) {
        auto program = bpf::Program::open(object);
        ASSERT_TRUE(program) << program.error().text();
        ASSERT_TRUE(program->load());
        program_.emplace(std::move(*program));
        auto back = Sink::attach(network_->tester, link().tester, SinkPlace::interface, capture);
        ASSERT_TRUE(back) << back.error().text();
        back_.emplace(std::move(*back));
        auto stack = Sink::attach(network_->dut, link().dut, SinkPlace::stack, capture);
        ASSERT_TRUE(stack) << stack.error().text();
        stack_.emplace(std::move(*stack));
        auto xdp_link = bpf::XdpLink::attach(network_->dut, link().dut, program_->fd(), mode());
        ASSERT_TRUE(xdp_link) << xdp_link.error().text();
        xdp_link_.emplace(std::move(*xdp_link));
    }

    // Frames that the program's interface has taken in.
    [[nodiscard]] std::uint64_t taken_in() const {
        const auto counters = net::driver_counters(network_->dut, link().dut.name);
        return counters.value().at("rx_queue_0_xdp_packets");
    }

    // Never more under way than half a veth ring: before 6.5 a receiver that waits for the CPU is
    // overrun by frames that are sent in one go.
    void send(const packet::Frames& frames) {
        constexpr std::size_t kInFlight = 128;
        auto generator = Generator::create(frames);
        ASSERT_TRUE(generator) << generator.error().text();
        const std::uint64_t before = taken_in();
        for (std::size_t sent = 0; sent < frames.size();) {
            const std::size_t part = std::min(kInFlight, frames.size() - sent);
            const auto done = generator->send(network_->tester, link().tester.index, part);
            ASSERT_TRUE(done) << done.error().text();
            sent += part;
            ASSERT_TRUE(bpf::comes_true([&] { return taken_in() - before >= sent; }))
                << taken_in() - before << " of " << sent << " were taken in";
        }
    }

    // Frames for which a ring had no room: on the way to the program, and on the way back.
    [[nodiscard]] std::uint64_t refused_by_rings() const {
        return net::interface_counters(network_->tester, link().tester.name).value().tx_dropped +
               net::interface_counters(network_->dut, link().dut.name).value().tx_dropped;
    }

    // The kernel may finish its work a moment after the sender is done.
    static void expect_arrived(const Sink& sink, std::uint64_t frames) {
        static_cast<void>(bpf::comes_true([&] { return sink.arrived().value() >= frames; }));
        EXPECT_EQ(sink.arrived().value(), frames);
    }

    static void expect_captured(const Sink& sink, const packet::Frames& frames) {
        expect_arrived(sink, frames.size());
        const auto captured = sink.captured();
        ASSERT_TRUE(captured) << captured.error().text();
        ASSERT_EQ(captured->size(), frames.size());
        for (std::size_t i = 0; i < frames.size(); ++i)
            ASSERT_EQ((*captured)[i].bytes, frames[i].bytes) << "frame " << i;
    }

    [[nodiscard]] std::uint64_t counted_as(int action) const {
        const auto counters = bpf::read_counters(*program_);
        return bpf::sum_cpus(counters.value().value()).at(static_cast<std::size_t>(action)).packets;
    }

    std::optional<net::Network> network_;
    std::optional<bpf::Program> program_;
    std::optional<Sink> back_;
    std::optional<Sink> stack_;
    std::optional<bpf::XdpLink> xdp_link_;
};

TEST_P(TrafficTest, PassedFramesReachTheStackInOrder) {
    const packet::Frames frames = numbered_frames(1000);
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*stack_, frames);
    EXPECT_EQ(counted_as(XDP_PASS), frames.size());
    expect_arrived(*back_, 0);
}

TEST_P(TrafficTest, TransmittedFramesComeBack) {
    const packet::Frames frames = numbered_frames(2500);
    ASSERT_NO_FATAL_FAILURE(equip("xdp_tx"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    packet::Frames swapped = frames;
    for (packet::Frame& frame : swapped) {
        std::swap_ranges(frame.bytes.begin(), frame.bytes.begin() + 6, frame.bytes.begin() + 6);
    }
    expect_captured(*back_, swapped);
    EXPECT_EQ(counted_as(XDP_TX), frames.size());
    expect_arrived(*stack_, 0);
}

TEST_P(TrafficTest, DroppedFramesAreCounted) {
    ASSERT_NO_FATAL_FAILURE(equip("xdp_drop"));
    ASSERT_NO_FATAL_FAILURE(send(numbered_frames(1000)));
    static_cast<void>(bpf::comes_true([&] { return counted_as(XDP_DROP) >= 1000; }));
    EXPECT_EQ(counted_as(XDP_DROP), 1000U);
    expect_arrived(*stack_, 0);
    expect_arrived(*back_, 0);
}

TEST_P(TrafficTest, TagsAreCapturedWhereTheStackTookThemOut) {
    packet::Frames frames;
    const packet::Frame plain = numbered_frame(5, 60);
    frames.push_back(plain);
    frames.push_back(tagged(plain, {{0x8100, 100}}));
    frames.push_back(tagged(plain, {{0x8100, 0xe000 | 4094}}));       // with a priority
    frames.push_back(tagged(plain, {{0x8100, 0}}));                   // a priority tag, all zero
    frames.push_back(tagged(plain, {{0x88a8, 200}, {0x8100, 300}}));  // QinQ
    frames.push_back(tagged(plain, {{0x8100, 1}, {0x8100, 2}, {0x8100, 3}}));
    frames.push_back(tagged(numbered_frame(6, 1510), {{0x88a8, 7}, {0x8100, 8}}));
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*stack_, frames);
    std::uint64_t bytes = 0;
    for (const packet::Frame& frame : frames) bytes += frame.bytes.size();
    std::uint64_t counted = 0;
    const auto cpus = stack_->arrived_per_cpu();
    ASSERT_TRUE(cpus) << cpus.error().text();
    for (const arrived_counter& cpu : *cpus) counted += cpu.bytes;
    EXPECT_EQ(counted, bytes);
}

TEST_P(TrafficTest, TaggedFramesComeBackWhole) {
    const packet::Frames frames{tagged(numbered_frame(5, 60), {{0x88a8, 200}, {0x8100, 300}}),
                                tagged(numbered_frame(6, 60), {{0x8100, 0x2001}})};
    ASSERT_NO_FATAL_FAILURE(equip("xdp_tx"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*back_, swapped(frames));
}

// Receive offload would join the segments of a connection, and hold them back behind others.
TEST_P(TrafficTest, SegmentsOfAConnectionStayApartAndInOrder) {
    packet::Frames frames;
    for (unsigned i = 0; i < 60; ++i)
        frames.push_back(ipv4_segment(i, i % 6 == 5 ? IPPROTO_UDP : IPPROTO_TCP));
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*stack_, frames);
}

TEST_P(TrafficTest, OnlyTheFirstFramesAreKept) {
    const packet::Frames frames = numbered_frames(700);
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass", {10, 64}));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_arrived(*stack_, 700);
    const auto captured = stack_->captured();
    ASSERT_TRUE(captured);
    ASSERT_EQ(captured->size(), 10U);
    for (std::size_t i = 0; i < captured->size(); ++i) {
        Bytes kept = frames[i].bytes;
        kept.resize(std::min<std::size_t>(kept.size(), 64));
        EXPECT_EQ((*captured)[i].bytes, kept) << i;
    }
}

TEST_P(TrafficTest, ACounterKeepsNothing) {
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass", {}));
    ASSERT_NO_FATAL_FAILURE(send(numbered_frames(5)));
    expect_arrived(*stack_, 5);
    EXPECT_EQ(stack_->captured().value().size(), 0U);
}

// The kernel recycles pages with what was in them.
TEST_P(TrafficTest, ShortFramesCarryNoOldBytes) {
    packet::Frames frames;
    for (std::size_t i = 0; i < 600; ++i)
        frames.push_back(numbered_frame(i, i % 2 == 0 ? 1514 : 60));
    ASSERT_NO_FATAL_FAILURE(equip("xdp_tx"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*back_, swapped(frames));
}

TEST_P(TrafficTest, RuntFramesArriveUnpadded) {
    packet::Frames frames;
    for (std::size_t length = 14; length < 60; ++length)
        frames.push_back(numbered_frame(length, length));
    frames.push_back(numbered_frame(1, 1514));
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*stack_, frames);
}

TEST_P(TrafficTest, TheLongestFrameArrives) {
    auto network = net::Network::create(1, net::kLongestLiveFrame);
    ASSERT_TRUE(network) << network.error().text();
    network_.emplace(std::move(*network));
    const packet::Frames frames{numbered_frame(1, net::kLongestLiveFrame), numbered_frame(2, 60),
                                numbered_frame(3, net::kLongestLiveFrame)};
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*stack_, frames);
}

// Within a call the kernel sends frames that came back again, and they keep the length that the
// program left them.
TEST_P(TrafficTest, AFrameIsSentAsItIsThoughAnEarlierOneCameBackLonger) {
    packet::Frame longer = numbered_frame(1, 60);
    ASSERT_NO_FATAL_FAILURE(equip_with(bpf::fixture_object("grows_tail")));
    auto generator = Generator::create({longer});
    ASSERT_TRUE(generator) << generator.error().text();
    ASSERT_TRUE(generator->send(network_->tester, link().tester.index, kCapture.frames));
    longer.bytes.resize(64);
    const auto accounted = [&] { return back_->arrived().value() + refused_by_rings(); };
    static_cast<void>(bpf::comes_true([&] { return accounted() >= kCapture.frames; }));
    const auto captured = back_->captured();
    ASSERT_TRUE(captured) << captured.error().text();
    ASSERT_GT(captured->size(), kCapture.frames / 2);
    for (const packet::Frame& frame : *captured) ASSERT_EQ(frame.bytes, longer.bytes);
}

// Where the receiver gets its turn after each batch (since 6.5), none is refused.
TEST_P(TrafficTest, NoneOfManyIsLostUncounted) {
    constexpr std::uint64_t kMany = 200'000;
    ASSERT_NO_FATAL_FAILURE(equip("xdp_tx", {}));
    const auto pinned = PinnedThread::pin(measuring_cpu());
    ASSERT_TRUE(pinned) << pinned.error().text();
    auto generator = Generator::create(numbered_frames(100));
    ASSERT_TRUE(generator) << generator.error().text();
    ASSERT_TRUE(generator->send(network_->tester, link().tester.index, kMany));
    const auto accounted = [&] { return back_->arrived().value() + refused_by_rings(); };
    static_cast<void>(bpf::comes_true([&] { return accounted() >= kMany; }));
    EXPECT_EQ(accounted(), kMany);
}

TEST_P(TrafficTest, TheNextFrameIsRememberedUntilRewind) {
    const packet::Frames frames = numbered_frames(3);
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    auto generator = Generator::create(frames);
    ASSERT_TRUE(generator) << generator.error().text();
    const auto send_some = [&](std::uint64_t count) {
        EXPECT_TRUE(generator->send(network_->tester, link().tester.index, count));
    };
    send_some(2);
    send_some(2);
    send_some(0);
    generator->rewind();
    send_some(1);
    expect_captured(*stack_, {frames[0], frames[1], frames[2], frames[0], frames[0]});
}

TEST_P(TrafficTest, ASinkThatIsGoneNoLongerTakesFrames) {
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    stack_.reset();
    auto second = Sink::attach(network_->dut, link().dut, SinkPlace::stack, kCapture);
    ASSERT_TRUE(second) << second.error().text();
    const packet::Frames frames = numbered_frames(4);
    ASSERT_NO_FATAL_FAILURE(send(frames));
    expect_captured(*second, frames);
}

// A veth that lost its program must still take frames for the next one.
TEST_P(TrafficTest, AnotherModeMayFollowOnTheSameInterface) {
    ASSERT_NO_FATAL_FAILURE(equip("xdp_pass"));
    const model::Mode other =
        mode() == model::Mode::generic ? model::Mode::native : model::Mode::generic;
    for (const model::Mode next : {other, mode()}) {
        xdp_link_.reset();
        auto xdp_link = bpf::XdpLink::attach(network_->dut, link().dut, program_->fd(), next);
        ASSERT_TRUE(xdp_link) << xdp_link.error().text();
        xdp_link_.emplace(std::move(*xdp_link));
        const std::uint64_t before = stack_->arrived().value();
        ASSERT_NO_FATAL_FAILURE(send(numbered_frames(300)));
        expect_arrived(*stack_, before + 300);
    }
}

INSTANTIATE_TEST_SUITE_P(Modes, TrafficTest,
                         testing::Values(model::Mode::generic, model::Mode::native));

}  // namespace
}  // namespace xdpbench::traffic
