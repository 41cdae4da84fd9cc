#include "scenario/frame_ref.h"

#include <gtest/gtest.h>

namespace xdpbench::scenario {
namespace {

struct Right {
    std::string text;
    std::string pcap;
    std::uint64_t first;
    std::optional<std::uint64_t> last;
};

std::ostream& operator<<(std::ostream& stream, const Right& right) { return stream << right.text; }

class RightFrameRef : public testing::TestWithParam<Right> {};

TEST_P(RightFrameRef, IsRead) {
    const Right& right = GetParam();
    const auto ref = parse_frame_ref(right.text, {"s.yaml", 3, 5});
    ASSERT_TRUE(ref) << ref.error().text();
    EXPECT_EQ(ref->text, right.text);
    EXPECT_EQ(ref->where.text(), "s.yaml:3:5");
    EXPECT_EQ(ref->pcap, right.pcap);
    EXPECT_EQ(ref->first, right.first);
    EXPECT_EQ(ref->last, right.last);
    EXPECT_TRUE(ref->bytes.empty());
}

INSTANTIATE_TEST_SUITE_P(
    FrameRef, RightFrameRef,
    testing::Values(Right{"a.pcap", "a.pcap", 0, std::nullopt}, Right{"a.pcap#0", "a.pcap", 0, 0},
                    Right{"/x y/a.pcap#3-5", "/x y/a.pcap", 3, 5}, Right{"a#4-4", "a", 4, 4},
                    Right{"odd#name#2", "odd#name", 2, 2},
                    Right{"has#3.pcap", "has#3.pcap", 0, std::nullopt},
                    Right{"has#3.pcap#4-5", "has#3.pcap", 4, 5},
                    Right{"folder#3/a", "folder#3/a", 0, std::nullopt},
                    Right{"a#18446744073709551615", "a", UINT64_MAX, UINT64_MAX}));

struct WrongRef {
    std::string text;
    std::string said;
};

std::ostream& operator<<(std::ostream& stream, const WrongRef& wrong) {
    return stream << wrong.text;
}

class WrongFrameRef : public testing::TestWithParam<WrongRef> {};

TEST_P(WrongFrameRef, IsRefused) {
    const auto ref = parse_frame_ref(GetParam().text, {"s.yaml", 3, 5});
    ASSERT_FALSE(ref);
    EXPECT_EQ(ref.error().kind, ErrorKind::input);
    EXPECT_TRUE(ref.error().what.starts_with("s.yaml:3:5: ")) << ref.error().what;
    EXPECT_PRED_FORMAT2(testing::IsSubstring, GetParam().said, ref.error().what);
}

INSTANTIATE_TEST_SUITE_P(
    FrameRef, WrongFrameRef,
    testing::Values(WrongRef{"", "no file name"}, WrongRef{"#3", "no file name"},
                    WrongRef{"a#", "no frame number"}, WrongRef{"a#x", "no frame number"},
                    WrongRef{"a#-1", "no frame number"}, WrongRef{"a#+1", "no frame number"},
                    WrongRef{"a# 1", "no frame number"}, WrongRef{"a#1-", "no frame number"},
                    WrongRef{"a#-", "no frame number"}, WrongRef{"a#1-2-3", "no frame number"},
                    WrongRef{"a#0x1", "no frame number"}, WrongRef{"a#1--2", "no frame number"},
                    WrongRef{"a#18446744073709551616", "no frame number"},
                    WrongRef{"a#5-4", "the range runs backwards"},
                    WrongRef{"hex:", "0 of 14 bytes: XDP needs at least an Ethernet header"},
                    WrongRef{"hex:00112233445566778899aabb08", "13 of 14 bytes"},
                    WrongRef{"hex:0", "'hex:0': cannot read hex bytes"},
                    WrongRef{"hex:zz", "cannot read hex bytes"},
                    WrongRef{"scapy: ", "no expression"}));

TEST(FrameRef, ReadsHex) {
    const auto ref = parse_frame_ref("hex:ffffffffffff 00:02:b3:12:34:56 0806", {});
    ASSERT_TRUE(ref) << ref.error().text();
    EXPECT_EQ(ref->bytes, (std::vector<std::uint8_t>{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x02,
                                                     0xb3, 0x12, 0x34, 0x56, 0x08, 0x06}));
    EXPECT_EQ(ref->pcap, "");
    EXPECT_EQ(ref->text, "hex:ffffffffffff 00:02:b3:12:34:56 0806");
}

TEST(FrameRef, ReadsAScapyExpressionAsItStands) {
    const auto ref = parse_frame_ref("scapy: Ether()/Raw('#7') ", {});
    ASSERT_TRUE(ref) << ref.error().text();
    EXPECT_EQ(ref->scapy, "Ether()/Raw('#7')");
    EXPECT_EQ(ref->pcap, "");
}

TEST(FrameRef, FromTheCommandLineHasNoPlace) {
    const auto ref = parse_frame_ref("a#x", {});
    ASSERT_FALSE(ref);
    EXPECT_TRUE(ref.error().what.starts_with("'a#x': ")) << ref.error().what;
}

}  // namespace
}  // namespace xdpbench::scenario
