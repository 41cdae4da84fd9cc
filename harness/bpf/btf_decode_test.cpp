#include "bpf/btf_decode.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "bpf/btf_fixture_test.h"

namespace xdpbench::bpf {
namespace {

TEST(UntypedValue, IntegersAddressesAndHexOfTheRightSize) {
    const auto written = [](const std::string& text, std::size_t size) {
        Memory memory(size, 0xee);
        const auto done = encode_untyped(scalar(text), memory);
        return done ? packet::to_hex(memory) : done.error().what;
    };
    EXPECT_EQ(written("1", 4), "01000000");
    EXPECT_EQ(written("-1", 2), "ffff");
    EXPECT_EQ(written("10.0.0.1", 4), "0a000001");
    EXPECT_EQ(written("02:00:00:00:00:01", 6), "020000000001");
    EXPECT_EQ(written("hex:010203", 3), "010203");
    EXPECT_EQ(written("256", 1),
              "test.yaml:7:3: \"256\" is no value of 1 byte: the map has no BTF, so an integer, an "
              "address or \"hex:...\" of that size was expected");
    EXPECT_NE(written("1", 3).find("is no value of 3 bytes"), std::string::npos);
    EXPECT_NE(written("hex:01", 3).find("is no value of 3 bytes"), std::string::npos);
    EXPECT_NE(written("", 0).find("is no value of 0 bytes"), std::string::npos);
}

TEST(UntypedValue, ComparesAndAdds) {
    Memory memory{1, 0, 0, 0};
    const auto same = compare_untyped(scalar("1"), memory);
    ASSERT_TRUE(same);
    EXPECT_TRUE(same->empty());
    add_untyped(Memory{255, 1, 0, 0}, memory);
    EXPECT_EQ(memory, (Memory{0, 2, 0, 0}));
    const auto differs = compare_untyped(scalar("1"), memory);
    ASSERT_TRUE(differs);
    ASSERT_EQ(differs->size(), 1U);
    EXPECT_EQ(differs->front().expected, "hex:01000000");
    EXPECT_EQ(differs->front().actual, "hex:00020000");
    EXPECT_FALSE(compare_untyped(scalar("x"), memory));
}

TEST_F(BtfValueTest, WhatIsDecodedIsWhatWasWritten) {
    const model::Value written = fields({{"s8", scalar("-128")},
                                         {"flag", scalar("1")},
                                         {"colour", scalar("COLOUR_GREEN")},
                                         {"be16", scalar("53")},
                                         {"be32", scalar("192.168.1.2")},
                                         {"text", scalar("hello")},
                                         {"mac", scalar("52:54:00:00:00:05")},
                                         {"blob", scalar("hex:0102030405")},
                                         {"nested", fields({{"wire_port", scalar("80")}})},
                                         {"numbers", list({scalar("1"), scalar("2")})},
                                         {"either", fields({{"whole", scalar("7")}})},
                                         {"deeper", scalar("9")},
                                         {"low", scalar("3")},
                                         {"high", scalar("30")}});
    const Memory memory = encoded(written);
    const model::Value decoded = decode_value(types_.get(), everything_, memory);
    ASSERT_NE(decoded.fields(), nullptr);
    EXPECT_EQ(encoded(decoded), memory);
    const auto text_of = [&](const std::string& name) {
        for (const model::Value::Field& field : *decoded.fields()) {
            if (field.name == name && field.value.scalar() != nullptr) return *field.value.scalar();
        }
        return std::string("none");
    };
    EXPECT_EQ(text_of("s8"), "-128");
    EXPECT_EQ(text_of("colour"), "COLOUR_GREEN");
    EXPECT_EQ(text_of("be16"), "53");
    EXPECT_EQ(text_of("be32"), "192.168.1.2");
    EXPECT_EQ(text_of("text"), "hello");
    EXPECT_EQ(text_of("mac"), "52:54:00:00:00:05");
    EXPECT_EQ(text_of("deeper"), "9");
    EXPECT_EQ(text_of("pointer"), "none");
    EXPECT_EQ(text_of("low"), "3");
    EXPECT_EQ(text_of("high"), "30");
}

TEST_F(BtfValueTest, AnyMemoryIsDecodedToWhatCanBeWritten) {
    std::mt19937 chance(20260101);
    for (int round = 0; round < 200; ++round) {
        Memory memory(size_of(everything_));
        for (std::uint8_t& byte : memory) byte = static_cast<std::uint8_t>(chance());
        memory[offset_of_flag()] &= 1;  // the only values a bool has
        const model::Value decoded = decode_value(types_.get(), everything_, memory);
        EXPECT_EQ(compared(decoded, memory), "");
        EXPECT_EQ(compared(decoded, encoded(decoded)), "");
        const auto part = static_cast<std::size_t>(round) % memory.size();
        EXPECT_NE(decode_value(types_.get(), everything_, std::span(memory).first(part)).scalar(),
                  nullptr);  // bytes as they are
    }
}

TEST_F(BtfValueTest, WithoutATypeThereAreNumbersAndBytes) {
    EXPECT_EQ(*decode_untyped(Memory{1, 2}).scalar(), "513");
    EXPECT_EQ(*decode_untyped(Memory{1, 2, 3}).scalar(), "hex:010203");
}

}  // namespace
}  // namespace xdpbench::bpf
