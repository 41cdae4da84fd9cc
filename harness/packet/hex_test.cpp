#include "packet/hex.h"

#include <gtest/gtest.h>

#include "base/bytes.h"

namespace xdpbench::packet {
namespace {

TEST(ParseHex, SeparatorsBetweenPairs) {
    for (const char* const text :
         {"001a2b", "00 1a:2B", "00:1A:2b", " 00\n1a\r\n\t2b ", "001A 2b"}) {
        const Result<Bytes> bytes = parse_hex(text);
        ASSERT_TRUE(bytes) << text;
        EXPECT_EQ(*bytes, (Bytes{0x00, 0x1a, 0x2b})) << text;
    }
}

TEST(ParseHex, Empty) {
    EXPECT_EQ(parse_hex("").value(), Bytes());
    EXPECT_EQ(parse_hex(" \n").value(), Bytes());
}

void expect_refused(std::string_view text, std::string_view what) {
    const Result<Bytes> bytes = parse_hex(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().kind, ErrorKind::input);
    EXPECT_EQ(bytes.error().what, what);
    EXPECT_FALSE(bytes.error().advice.empty());
}

TEST(ParseHex, RefusedWithPosition) {
    expect_refused("001", "cannot read hex bytes: a digit without its pair at character 3");
    expect_refused("00 1 a2", "cannot read hex bytes: a digit without its pair at character 4");
    expect_refused("0:01", "cannot read hex bytes: a digit without its pair at character 1");
    expect_refused("0x01", "cannot read hex bytes: 'x' at character 2");
    expect_refused("00 g0", "cannot read hex bytes: 'g' at character 4");
    expect_refused("00,01", "cannot read hex bytes: ',' at character 3");
    expect_refused("00\xc3\xa4", "cannot read hex bytes: byte 0xc3 at character 3");
    expect_refused(std::string_view("00\0", 3), "cannot read hex bytes: byte 0x00 at character 3");
}

TEST(ToHex, LowerCasePairs) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x1a, 0x2b}), "001a2b");
    EXPECT_EQ(to_hex({}), "");
}

TEST(ToHex, EveryByteComesBack) {
    Bytes bytes;
    for (unsigned byte = 0; byte < 256; ++byte) bytes.push_back(static_cast<std::uint8_t>(byte));
    EXPECT_EQ(parse_hex(to_hex(bytes)).value(), bytes);
}

}  // namespace
}  // namespace xdpbench::packet
