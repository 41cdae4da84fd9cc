// What the generator sends, and refuses.
#include <gtest/gtest.h>

#include <cstddef>
#include <string>

#include "bpf/fixture_test.h"
#include "traffic/generator.h"

namespace xdpbench::traffic {
namespace {

packet::Frame frame_of(std::size_t bytes) { return {Bytes(bytes), 0}; }

class GeneratorTest : public bpf::KernelTest {
  protected:
    static std::string refusal(const packet::Frames& frames) {
        const auto generator = Generator::create(frames);
        if (generator) return "taken";
        EXPECT_EQ(generator.error().kind, ErrorKind::input);
        return generator.error().text();
    }
};

TEST_F(GeneratorTest, ATooLongFrameIsRefusedWithTheNumbers) {
    EXPECT_EQ(refusal({frame_of(60), frame_of(9217)}),
              "the generator cannot send frame 1 of 9,217 bytes: at most 9,216 are sent\n"
              "  to do:  leave such frames out of replay and bench; checks take them: "
              "--only check");
    EXPECT_EQ(refusal({frame_of(9216)}), "taken");
}

TEST_F(GeneratorTest, APacketSocketSendsWhatNoLiveFrameHolds) {
    const auto live = Generator::create({frame_of(60), frame_of(3368)});
    ASSERT_TRUE(live) << live.error().text();
    EXPECT_EQ(live->sender(), net::Sender::live_frames);
    const auto longer = Generator::create({frame_of(60), frame_of(3369)});
    ASSERT_TRUE(longer) << longer.error().text();
    EXPECT_EQ(longer->sender(), net::Sender::packet_socket);
}

TEST_F(GeneratorTest, NoScheduleIsKeptForFramesThatNoLiveFrameHolds) {
    const auto paced = Generator::create({frame_of(3369)}, Pace::paced);
    ASSERT_FALSE(paced);
    EXPECT_EQ(paced.error().kind, ErrorKind::unavailable);
    EXPECT_NE(paced.error().text().find("at most 3,368 bytes"), std::string::npos);
}

TEST_F(GeneratorTest, ATooShortFrameIsRefused) {
    EXPECT_EQ(refusal({frame_of(13)}),
              "the generator cannot send frame 0 of 13 bytes: an Ethernet header has 14");
    EXPECT_EQ(refusal({packet::Frame{}}),
              "the generator cannot send frame 0 of 0 bytes: an Ethernet header has 14");
    EXPECT_EQ(refusal({frame_of(14)}), "taken");
}

TEST_F(GeneratorTest, NoFrameAtAllIsRefused) {
    EXPECT_EQ(refusal({}), "the generator has no frame to send");
}

// One long frame makes every slot long.
TEST_F(GeneratorTest, TooManyFramesAreRefusedWithTheNumbers) {
    packet::Frames frames(160'000, frame_of(14));
    frames.back() = frame_of(3368);
    EXPECT_EQ(refusal(frames),
              "the generator cannot hold 160,000 frames of up to 3,368 bytes: 159,025 fit its "
              "512.0 MiB\n  to do:  use fewer frames, e.g. editcap -r big.pcap part.pcap 1-159025; "
              "checks take all of them: --only check");
}

}  // namespace
}  // namespace xdpbench::traffic
