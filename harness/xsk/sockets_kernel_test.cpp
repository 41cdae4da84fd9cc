#include <gtest/gtest.h>

#include "bpf/attach.h"
#include "bpf/fixture_test.h"
#include "net/network.h"
#include "traffic/generator.h"
#include "xsk/occupied.h"
#include "xsk/sockets.h"

namespace xdpbench::xsk {
namespace {

packet::Frame udp_frame(std::uint8_t number) {
    packet::Frame frame;
    frame.bytes = {2, 0,  0,  0, 0, 2,   2,  0, 0, 0,   0,  1, 8, 0,    0x45, 0, 0, 46, 0,  1, 0,
                   0, 64, 17, 0, 0, 198, 18, 0, 1, 198, 18, 0, 2, 0x9c, 0x40, 0, 9, 0,  26, 0, 0};
    frame.bytes.resize(60, number);
    return frame;
}

packet::Frames udp_frames(std::size_t count) {
    packet::Frames frames;
    for (std::size_t i = 0; i < count; ++i)
        frames.push_back(udp_frame(static_cast<std::uint8_t>(i)));
    return frames;
}

// A program that redirects into an XSKMAP, on a veth, with sockets.
class SocketsTest : public bpf::KernelTest, public testing::WithParamInterface<model::Mode> {
  protected:
    void SetUp() override {
        bpf::KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        auto made = net::Network::create(1, 1514);
        ASSERT_TRUE(made) << made.error().text();
        network_.emplace(std::move(*made));
        auto opened = bpf::Program::open(bpf::fixture_object("xsk"));
        ASSERT_TRUE(opened) << opened.error().text();
        program_.emplace(std::move(*opened));
        ASSERT_TRUE(program_->load());
    }

    // Skips where there are no AF_XDP sockets.
    void open(RingSizes sizes, std::size_t keep = 0) {
        auto sockets =
            sockets_for(*program_, network_->dut, dut(), model::XskMode::automatic, keep, sizes);
        if (!sockets && sockets.error().kind == ErrorKind::unavailable)
            GTEST_SKIP() << sockets.error().text();
        ASSERT_TRUE(sockets) << sockets.error().text();
        ASSERT_TRUE(*sockets);
        sockets_ = std::move(*sockets);
        auto link = bpf::XdpLink::attach(network_->dut, dut(), program_->fd(), GetParam());
        ASSERT_TRUE(link) << link.error().text();
        link_.emplace(std::move(*link));
    }

    void send(std::size_t count) const {
        auto generator = traffic::Generator::create(udp_frames(count));
        ASSERT_TRUE(generator) << generator.error().text();
        const auto sent = generator->send(network_->tester, network_->links[0].tester.index, count);
        ASSERT_TRUE(sent) << sent.error().text();
    }

    // Waits until so many frames have arrived or were dropped.
    Received received(std::uint64_t frames) const {
        Received last;
        const bool all = bpf::comes_true([&] {
            const auto now = sockets_->received();
            if (now) last = *now;
            return last.tally.frames + last.drops.sum() >= frames;
        });
        EXPECT_TRUE(all);
        return last;
    }

    const net::InterfaceInfo& dut() const { return network_->links[0].dut; }

    std::optional<net::Network> network_;
    std::optional<bpf::Program> program_;
    std::unique_ptr<Sockets> sockets_;
    std::optional<bpf::XdpLink> link_;
};

TEST_P(SocketsTest, ReceivesWhatIsRedirected) {
    open({}, 40);
    if (IsSkipped() || HasFatalFailure()) return;
    send(100);
    const Received all = received(100);
    EXPECT_EQ(all.tally.frames, 100U);
    EXPECT_EQ(all.drops.sum(), 0U);
    EXPECT_EQ(all.tally.wakeups, 0U);
    EXPECT_GE(all.tally.batches, 1U);
    const packet::Frames kept = sockets_->kept();
    ASSERT_EQ(kept.size(), 40U);
    for (std::size_t i = 0; i < kept.size(); ++i)
        EXPECT_EQ(kept[i].bytes, udp_frames(40)[i].bytes) << i;
    EXPECT_EQ(sockets_->bound(), model::XskMode::copy);
}

TEST_P(SocketsTest, UsesEveryBufferAgain) {
    open({64, 64});
    if (IsSkipped() || HasFatalFailure()) return;
    for (std::uint64_t sent = 32; sent <= 320; sent += 32) {
        send(32);
        EXPECT_EQ(received(sent).tally.frames, sent);
    }
}

TEST_P(SocketsTest, NamesTheRingThatWasFull) {
    open({128, 64});
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(sockets_->received());
    send(100);
    const Received all = received(100);
    EXPECT_EQ(all.tally.frames, 64U);
    EXPECT_EQ(all.drops.rx_ring_full, 36U);
    EXPECT_EQ(all.drops.fill_ring_empty, 0U);
}

TEST_P(SocketsTest, NamesTheRingThatWasEmpty) {
    open({64, 128});
    if (IsSkipped() || HasFatalFailure()) return;
    send(100);
    const Received all = received(100);
    EXPECT_EQ(all.tally.frames, 64U);
    EXPECT_EQ(all.drops.fill_ring_empty, 36U);
    EXPECT_EQ(all.drops.rx_ring_full, 0U);
}

TEST_P(SocketsTest, AThreadIsWokenByFrames) {
    open({}, 1);
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_TRUE(sockets_->receive_on(0));
    send(50);
    const Received all = received(50);
    EXPECT_EQ(all.tally.frames, 50U);
    EXPECT_GE(all.tally.wakeups, 1U);
    EXPECT_GE(all.tally.batches, 1U);
    EXPECT_EQ(sockets_->kept().size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Modes, SocketsTest,
                         testing::Values(model::Mode::generic, model::Mode::native),
                         bpf::mode_as_name);

using OneModeTest = SocketsTest;

TEST_P(OneModeTest, ZeroCopyIsRefusedWithTheReason) {
    const auto socket = Socket::open(network_->dut, dut(), 0, model::XskMode::zero_copy);
    ASSERT_FALSE(socket);
    if (socket.error().text().find("without libxdp") != std::string::npos)
        GTEST_SKIP() << socket.error().text();
    EXPECT_EQ(socket.error().kind, ErrorKind::unavailable);
    EXPECT_NE(socket.error().text().find("zero-copy"), std::string::npos) << socket.error().text();
}

TEST_P(OneModeTest, ThereIsASocketForEachQueue) {
    const auto network = net::Network::create(1, 1514, model::NetworkKind::pair, 3);
    ASSERT_TRUE(network);
    const auto sockets =
        Sockets::open(network->dut, network->links[0].dut, model::XskMode::copy, 0, {64, 64});
    if (!sockets && sockets.error().kind == ErrorKind::unavailable)
        GTEST_SKIP() << sockets.error().text();
    ASSERT_TRUE(sockets) << sockets.error().text();
    EXPECT_EQ((*sockets)->count(), 3U);
    EXPECT_TRUE((*sockets)->put_into(*program_));
}

TEST_P(OneModeTest, AQueueIsTakenOnce) {
    const auto first = Socket::open(network_->dut, dut(), 0, model::XskMode::copy);
    if (!first && first.error().kind == ErrorKind::unavailable)
        GTEST_SKIP() << first.error().text();
    ASSERT_TRUE(first) << first.error().text();
    const auto second = Socket::open(network_->dut, dut(), 0, model::XskMode::copy);
    ASSERT_FALSE(second);
    EXPECT_NE(second.error().text().find("another AF_XDP socket"), std::string::npos)
        << second.error().text();
}

TEST_P(OneModeTest, AnEntryIsOccupiedAsLongAsItsSocketLives) {
    const bpf::TypedMap map = xskmaps_of(*program_).at(0);
    const auto before = is_occupied(map, 0);
    ASSERT_TRUE(before) << before.error().text();
    EXPECT_FALSE(*before);
    open({64, 64});
    if (IsSkipped() || HasFatalFailure()) return;
    EXPECT_TRUE(*is_occupied(map, 0));
    EXPECT_FALSE(*is_occupied(map, 1));
    sockets_.reset();
    EXPECT_FALSE(*is_occupied(map, 0));
}

INSTANTIATE_TEST_SUITE_P(Native, OneModeTest, testing::Values(model::Mode::native),
                         bpf::mode_as_name);

TEST(XskMapsTest, AreFoundByTheirType) {
    bpf::set_up_libbpf(false);
    const auto other = bpf::Program::open(bpf::reference_object("xdp_redirect"));
    ASSERT_TRUE(other) << other.error().text();
    EXPECT_TRUE(xskmaps_of(*other).empty());
    const auto with = bpf::Program::open(bpf::fixture_object("xsk"));
    ASSERT_TRUE(with) << with.error().text();
    ASSERT_EQ(xskmaps_of(*with).size(), 1U);
    EXPECT_EQ(xskmaps_of(*with)[0].name, "sockets");
}

}  // namespace
}  // namespace xdpbench::xsk
