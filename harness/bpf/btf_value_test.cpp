#include "bpf/btf_value.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "bpf/btf_decode.h"
#include "bpf/btf_fixture_test.h"

namespace xdpbench::bpf {
namespace {

TEST_F(BtfValueTest, UnsignedIntegersHaveTheirRange) {
    EXPECT_EQ(written("u8", "255"), "ff");
    EXPECT_EQ(written("u16", "0xffff"), "ffff");
    EXPECT_EQ(written("u32", "4294967295"), "ffffffff");
    EXPECT_EQ(written("u64", "18446744073709551615"), "ffffffffffffffff");
    EXPECT_EQ(written("u32", "true"), "01");
    EXPECT_EQ(written("u32", "-0"), "all zero");
    EXPECT_EQ(written("u32", "0XA0"), "a0");
    EXPECT_EQ(written("u8", "256"),
              "test.yaml:7:3: u8: 256 does not fit type __u8 (unsigned, 1 byte)");
    EXPECT_EQ(written("u16", "65536"),
              "test.yaml:7:3: u16: 65536 does not fit type __u16 (unsigned, 2 bytes)");
    EXPECT_EQ(written("u32", "-1"),
              "test.yaml:7:3: u32: -1 does not fit type __u32 (unsigned, 4 bytes)");
    EXPECT_EQ(written("u64", "18446744073709551616"),
              "test.yaml:7:3: u64: \"18446744073709551616\" is no value of type __u64: expected an "
              "integer of 8 bytes");
}

TEST_F(BtfValueTest, SignedIntegersHaveTheirRange) {
    EXPECT_EQ(written("s8", "-128"), "80");
    EXPECT_EQ(written("s8", "127"), "7f");
    EXPECT_EQ(written("s16", "-2"), "feff");
    EXPECT_EQ(written("s32", "-2147483648"), "80");  // the three zeros before it are cut off
    EXPECT_EQ(written("s64", "-1"), "ffffffffffffffff");
    for (const auto& [name, text] :
         {std::pair{"s8", "128"}, std::pair{"s8", "-129"}, std::pair{"s16", "32768"},
          std::pair{"s32", "2147483648"}, std::pair{"s64", "9223372036854775808"},
          std::pair{"s64", "-9223372036854775809"}}) {
        EXPECT_NE(written(name, text).find("does not fit type __s"), std::string::npos) << text;
    }
}

TEST_F(BtfValueTest, OtherTextIsNoInteger) {
    for (const char* const text : {"", "-", "0x", "x", "1x", " 1", "1 ", "1.5", "--1", "+1", "0x-1",
                                   "1.2.3", "1.2.3.256", "TRUE"}) {
        EXPECT_EQ(written("u32", text), std::string("test.yaml:7:3: u32: \"") + text +
                                            "\" is no value of type __u32: expected an integer of "
                                            "4 bytes or an IPv4 address");
    }
}

TEST_F(BtfValueTest, BoolIsTrueOrFalse) {
    EXPECT_EQ(written("flag", "true"), "01");
    EXPECT_EQ(written("flag", "1"), "01");
    EXPECT_EQ(written("flag", "false"), "all zero");
    EXPECT_EQ(written("flag", "2"),
              "test.yaml:7:3: flag: 2 does not fit type _Bool (0 or 1, 1 byte)");
}

// The last one would win.
TEST_F(BtfValueTest, MembersOfAUnionAreNotWrittenTogether) {
    const auto error = [this](const model::Value& value) {
        Memory memory(size_of(everything_));
        const auto done = encode_value(types_.get(), everything_, value, memory);
        return done ? std::string("written") : done.error().what;
    };
    EXPECT_EQ(error(fields({{"deeper", scalar("1")}, {"deepest", list({scalar("7", 9)})}})),
              "test.yaml:7:3: deeper and deepest share memory: name one of them");
    EXPECT_EQ(
        error(fields({{"either", fields({{"part", scalar("1.2.3.4")}, {"whole", scalar("5")}})}})),
        "test.yaml:7:3: either: part and whole share memory: name one of them");
    EXPECT_EQ(error(fields({{"low", scalar("1")}, {"high", scalar("2")}, {"hidden", scalar("3")}})),
              "written");
}

// clang before 15 writes 32 bits of each constant.
TEST(BtfEnums, OfSixtyFourBitsWithoutTheirConstantsHaveNumbersOnly) {
    const std::unique_ptr<btf, void (*)(btf*)> types(::btf__new_empty(), ::btf__free);
    const int id = ::btf__add_enum(types.get(), "big", 8);
    ASSERT_GT(id, 0);
    ASSERT_EQ(::btf__add_enum_value(types.get(), "BIG_B", 0x34567890), 0);
    const auto type = static_cast<std::uint32_t>(id);
    std::vector<std::uint8_t> memory(8);
    const auto by_name = encode_value(types.get(), type, scalar("BIG_B"), memory);
    ASSERT_FALSE(by_name);
    EXPECT_EQ(by_name.error().what,
              "test.yaml:7:3: \"BIG_B\" is no value of type big: expected an integer of 8 bytes "
              "(the compiler's BTF has only 32 bits of BIG_B: write the number)");
    ASSERT_TRUE(encode_value(types.get(), type, scalar("0x1234567890"), memory));
    EXPECT_EQ(*decode_value(types.get(), type, memory).scalar(), "78187493520");
    ASSERT_TRUE(encode_value(types.get(), type, scalar("0x34567890"), memory));
    EXPECT_EQ(*decode_value(types.get(), type, memory).scalar(), "878082192");
    const auto differences = compare_value(types.get(), type, scalar("7"), memory);
    ASSERT_TRUE(differences);
    EXPECT_EQ(differences->at(0).actual, "878082192");
}

TEST_F(BtfValueTest, EnumsHaveNames) {
    EXPECT_EQ(written("colour", "COLOUR_GREEN"), "07");
    EXPECT_EQ(written("colour", "COLOUR_NONE"), "ffffffff");
    EXPECT_EQ(written("colour", "-1"), "ffffffff");
    EXPECT_EQ(written("colour", "7"), "07");
    EXPECT_NE(written("colour", "COLOUR_\nRED").find("\"COLOUR_\\nRED\" is no value"),
              std::string::npos);
    EXPECT_NE(written("colour", "COLOUR_BLUE").find("is no value of type colour"),
              std::string::npos);
    EXPECT_NE(written("colour", "1.2.3.4").find("is no value"), std::string::npos);
    EXPECT_EQ(compared(field("colour", "COLOUR_GREEN"), encoded(field("colour", "COLOUR_NONE"))),
              "colour: expected COLOUR_GREEN, got COLOUR_NONE\n");
    EXPECT_EQ(compared(field("colour", "COLOUR_RED"), encoded(field("colour", "3"))),
              "colour: expected COLOUR_RED, got 3\n");
}

TEST_F(BtfValueTest, BigEndianTypesAreInNetworkOrder) {
    EXPECT_EQ(written("be16", "0x1234"), "1234");
    EXPECT_EQ(written("be32", "0x12345678"), "12345678");
    EXPECT_EQ(written("be64", "0x1122334455667788"), "1122334455667788");
    EXPECT_EQ(written("be32", "10.0.0.1"), "0a000001");
    EXPECT_EQ(written("be16", "65536"),
              "test.yaml:7:3: be16: 65536 does not fit type __be16 (unsigned, 2 bytes)");
}

TEST_F(BtfValueTest, AnAddressIsInNetworkOrderInEveryIntegerOfFourBytes) {
    EXPECT_EQ(written("u32", "10.0.0.1"), "0a000001");
    EXPECT_EQ(written("s32", "10.0.0.1"), "0a000001");
    EXPECT_NE(written("u64", "10.0.0.1").find("is no value"), std::string::npos);
}

TEST_F(BtfValueTest, DifferencesAreShownAsTheyWereWritten) {
    EXPECT_EQ(compared(field("u32", "10.0.0.1"), encoded(field("u32", "10.0.0.2"))),
              "u32: expected 10.0.0.1, got 10.0.0.2\n");
    EXPECT_EQ(compared(field("be32", "10.0.0.1"), encoded(field("be32", "10.0.0.2"))),
              "be32: expected 10.0.0.1, got 10.0.0.2\n");
    EXPECT_EQ(compared(field("be32", "5"), encoded(field("be32", "6"))),
              "be32: expected 5, got 6\n");
    EXPECT_EQ(compared(field("s16", "-5"), encoded(field("s16", "5"))),
              "s16: expected -5, got 5\n");
    EXPECT_EQ(compared(field("s64", "1"), encoded(field("s64", "-9223372036854775808"))),
              "s64: expected 1, got -9223372036854775808\n");
    EXPECT_EQ(compared(field("mac", "02:00:00:00:00:01"), Memory(size_of(everything_))),
              "mac: expected 02:00:00:00:00:01, got 00:00:00:00:00:00\n");
    EXPECT_EQ(compared(field("ipv6", "fe80::1"), Memory(size_of(everything_))),
              "ipv6: expected fe80::1, got ::\n");
    EXPECT_EQ(compared(field("text", "abc"), encoded(field("text", "abd"))),
              "text: expected \"abc\", got \"abd\"\n");
    EXPECT_EQ(compared(field("text", "abc"), encoded(field("text", "hex:0102030405060708"))),
              "text: expected \"abc\", got hex:0102030405060708\n");
    EXPECT_EQ(compared(field("blob", "hex:0102030405"), Memory(size_of(everything_))),
              "blob: expected hex:0102030405, got hex:0000000000\n");
}

TEST_F(BtfValueTest, CharArraysHoldTextAndItsEnd) {
    EXPECT_EQ(written("text", "abcdefg"), "61626364656667");
    EXPECT_EQ(written("label", "abcdefg"), "61626364656667") << "through a typedef";
    EXPECT_EQ(written("text", ""), "all zero");
    EXPECT_EQ(written("long_text", "::1"), "3a3a31") << "text, though it looks like an address";
    EXPECT_EQ(written("text", "abcdefgh"),
              "test.yaml:7:3: text: \"abcdefgh\" is no value of an array of 8 elements of 1 byte: "
              "expected a text of at most 7 bytes, a list or \"hex:...\"");
    EXPECT_EQ(written("text", "hex:6162636465666768"), "6162636465666768");
}

TEST_F(BtfValueTest, ByteArraysHoldAddressesAndHex) {
    EXPECT_EQ(written("mac", "52:54:00:ff:FF:55"), "525400ffff55");
    EXPECT_EQ(written("ipv6", "2001:db8::1"), "20010db8000000000000000000000001");
    EXPECT_EQ(written("blob", "hex:01 02 03 04 05"), "0102030405");
    EXPECT_EQ(written("table", list({scalar("02:00:00:00:00:01"), scalar("hex:aabbccddeeff")})),
              "020000000001aabbccddeeff");
    for (const char* const text :
         {"52:54:00:ff:ff", "52:54:00:ff:ff:5", "5254:00:ff:ff:55", "52-54-00-ff-ff-55",
          "hex:525400ffff", "hex:525400ffff5566", "hex:5254 00ffff5", "525400ffff55", "hex:"}) {
        EXPECT_EQ(written("mac", text),
                  std::string("test.yaml:7:3: mac: \"") + text +
                      "\" is no value of an array of 6 elements of 1 byte: expected a MAC "
                      "address, a list or \"hex:...\"");
    }
    EXPECT_NE(written("ipv6", "10.0.0.1").find("expected an IPv6 address"), std::string::npos);
    EXPECT_NE(written("blob", "text").find("is no value"), std::string::npos);
}

TEST_F(BtfValueTest, ListsMayBeShorterButNotLonger) {
    EXPECT_EQ(written("numbers", list({scalar("1"), scalar("2")})), "0100000002");
    EXPECT_EQ(written("numbers", list({})), "all zero");
    EXPECT_EQ(written("mac", list({scalar("1"), scalar("0xff")})), "01ff");
    EXPECT_EQ(written("numbers", list(model::Value::List(5, scalar("1")))),
              "test.yaml:7:3: numbers: 5 elements given for an array of 4");
    EXPECT_EQ(written("numbers", "7"),
              "test.yaml:7:3: numbers: \"7\" is no value of an array of 4 elements of 4 bytes: "
              "expected a list, an IPv6 address or \"hex:...\"");
    EXPECT_EQ(written("mac", list({scalar("1"), scalar("256")})),
              "test.yaml:7:3: mac[1]: 256 does not fit type __u8 (unsigned, 1 byte)");
}

TEST_F(BtfValueTest, NestedFieldsAreNamedByTheirPath) {
    EXPECT_EQ(written("nested", fields({{"port", scalar("1")}, {"wire_port", scalar("2")}})),
              "01000002");
    const model::Value entries = list({field("port", "1"), field("wire_port", "65536")});
    EXPECT_EQ(written("list", entries),
              "test.yaml:7:3: list[1].wire_port: 65536 does not fit type __be16 (unsigned, 2 "
              "bytes)");
    EXPECT_EQ(written("nested", field("prot", "1")),
              "test.yaml:7:3: nested: struct inner has no field prot (did you mean port?); it has: "
              "port, wire_port");
    EXPECT_EQ(written("nested", "1"),
              "test.yaml:7:3: nested: \"1\" is no value of struct inner: expected { port: ..., "
              "wire_port: ... }");
    EXPECT_EQ(written("nested", list({})),
              "test.yaml:7:3: nested: a list is no value of struct inner: expected { port: ..., "
              "wire_port: ... }");
    EXPECT_EQ(written("u32", field("a", "1")),
              "test.yaml:7:3: u32: a set of fields is no value of type __u32: expected an integer "
              "of 4 bytes or an IPv4 address");
}

TEST_F(BtfValueTest, UnionsAreWrittenThroughAnyMember) {
    EXPECT_EQ(written("either", field("whole", "0x04030201")), "01020304");
    EXPECT_EQ(written("either", field("part", "1.2.3.4")), "01020304");
    EXPECT_NE(written("either", field("hole", "1")).find("did you mean whole?"), std::string::npos);
}

TEST_F(BtfValueTest, MembersWithoutANameLendTheirFields) {
    EXPECT_EQ(written("hidden", "5"), "05");
    EXPECT_EQ(written("deeper", "0x0102"), "0201");
    const Memory both =
        encoded(fields({{"hidden", scalar("1")}, {"deepest", list({scalar("7"), scalar("8")})}}));
    EXPECT_EQ(compared(fields({{"hidden", scalar("1")}, {"deeper", scalar("0x0807")}}), both), "");
    EXPECT_EQ(compared(field("deeper", "0"), both), "deeper: expected 0, got 2055\n");
    // To expect both is to read twice.
    EXPECT_EQ(compared(fields({{"deeper", scalar("0x0807")},
                               {"deepest", list({scalar("7"), scalar("8")})}}),
                       both),
              "");
}

TEST_F(BtfValueTest, ModifiersAreLookedThrough) { EXPECT_EQ(written("qualified", "9"), "09"); }

TEST_F(BtfValueTest, BitFieldsShareAByte) {
    EXPECT_EQ(written("low", "5"), "05");
    EXPECT_EQ(written("high", "17"), "88");  // 17 << 3
    EXPECT_EQ(written("high", "0x1f"), "f8");
    const Memory both = encoded(fields({{"low", scalar("5")}, {"high", scalar("17")}}));
    EXPECT_EQ(compared(fields({{"low", scalar("5")}, {"high", scalar("17")}}), both), "");
    EXPECT_EQ(compared(fields({{"low", scalar("4")}, {"high", scalar("18")}}), both),
              "low: expected 4, got 5\nhigh: expected 18, got 17\n");
    EXPECT_EQ(written("low", "8"),
              "test.yaml:7:3: low: 8 does not fit type __u32 (unsigned, 3 bits)");
    EXPECT_EQ(written("low", "x"),
              "test.yaml:7:3: low: \"x\" is no value of a bit field of type __u32: expected an "
              "integer of 3 bits");
}

TEST_F(BtfValueTest, WhatHasNoTextIsRefused) {
    EXPECT_EQ(written("pointer", "1"),
              "test.yaml:7:3: pointer: a pointer cannot be written as a value");
    EXPECT_EQ(written("wide", "1.5"),
              "test.yaml:7:3: wide: \"1.5\" is no value of type __int128: expected an integer of "
              "at most 8 bytes, an IPv6 address or \"hex:...\"");
}

TEST_F(BtfValueTest, AnIntegerOfSixteenBytesIsWrittenAndShownInHex) {
    const std::string bytes = "0102030405060708090a0b0c0d0e0f10";
    EXPECT_EQ(written("wide", "hex:" + bytes), bytes);
    EXPECT_EQ(written("wide", "258"), "0201");
    const Memory memory = encoded(field("wide", "hex:" + bytes));
    EXPECT_EQ(compared(field("wide", "0"), memory),
              "wide: expected hex:00000000000000000000000000000000, got hex:" + bytes + "\n");
    const model::Value shown = decode_value(types_.get(), everything_, memory);
    const auto& all = *shown.fields();
    const auto wide =
        std::find_if(all.begin(), all.end(), [](const auto& one) { return one.name == "wide"; });
    ASSERT_NE(wide, all.end());
    EXPECT_EQ(*wide->value.scalar(), "hex:" + bytes);
}

TEST_F(BtfValueTest, IntegersOfSixteenBytesAreAddedWithTheirCarry) {
    const Memory one = encoded(field("wide", "hex:ffffffffffffffff0100000000000000"));
    Memory sum = encoded(field("wide", "1"));
    add_values(types_.get(), everything_, one, sum);
    EXPECT_EQ(compared(field("wide", "hex:00000000000000000200000000000000"), sum), "");
}

TEST_F(BtfValueTest, EveryTypeOfSixteenBytesTakesAnIpv6Address) {
    const std::string bytes = "20010db8000000000000000000000001";
    EXPECT_EQ(written("numbers", "2001:db8::1"), bytes);  // an array of four integers
    EXPECT_EQ(written("numbers", "hex:" + bytes), bytes);
    EXPECT_EQ(written("wide", "2001:db8::1"), bytes);
    EXPECT_EQ(compared(field("numbers", "2001:db8::2"), encoded(field("numbers", "2001:db8::1"))),
              "numbers: expected 2001:db8::2, got 2001:db8::1\n");
    Memory memory(16);
    const std::uint32_t tally = type("tally", BTF_KIND_STRUCT);
    ASSERT_TRUE(encode_value(types_.get(), tally, scalar("2001:db8::1"), memory));
    EXPECT_EQ(packet::to_hex(memory), bytes);
    ASSERT_TRUE(encode_value(types_.get(), tally, scalar("hex:" + bytes), memory));
    const auto other = encode_value(types_.get(), tally, scalar("10.0.0.1"), memory);
    ASSERT_FALSE(other);
    EXPECT_NE(other.error().what.find("an IPv6 address or \"hex:...\""), std::string::npos)
        << other.error().what;
    EXPECT_EQ(written("long_text", "2001:db8::1"),
              packet::to_hex(std::vector<std::uint8_t>{'2', '0', '0', '1', ':', 'd', 'b', '8', ':',
                                                       ':', '1'}));
}

TEST_F(BtfValueTest, OnlyWhatIsNamedIsCompared) {
    Memory memory(size_of(everything_), 0xaa);
    const model::Value named =
        fields({{"u8", scalar("0xaa")}, {"numbers", list({scalar("0xaaaaaaaa")})}});
    EXPECT_EQ(compared(named, memory), "");
    EXPECT_EQ(compared(fields({}), memory), "");
    memory[0] = 1;
    EXPECT_EQ(compared(named, memory), "u8: expected 170, got 1\n");
}

TEST_F(BtfValueTest, WritingClearsTheRest) {
    Memory memory(size_of(everything_), 0xff);
    ASSERT_TRUE(encode_value(types_.get(), everything_, fields({}), memory));
    EXPECT_EQ(memory, Memory(memory.size(), 0));
}

TEST_F(BtfValueTest, MemoryTooShortForItsTypeIsNotOverrun) {
    Memory memory(40);
    const auto done = encode_value(types_.get(), everything_, field("qualified", "1"), memory);
    ASSERT_FALSE(done);
    EXPECT_NE(done.error().what.find("broken"), std::string::npos);
    EXPECT_FALSE(compare_value(types_.get(), everything_, field("qualified", "1"), memory));
    // u64 begins at byte 16 and would end behind the memory.
    EXPECT_FALSE(
        encode_value(types_.get(), everything_, field("u64", "1"), std::span(memory).first(20)));
    EXPECT_TRUE(
        encode_value(types_.get(), everything_, field("u64", "1"), std::span(memory).first(24)));
}

TEST_F(BtfValueTest, AnUnknownTypeIsAnError) {
    Memory memory(4);
    EXPECT_FALSE(encode_value(types_.get(), 1'000'000, scalar("1"), memory));
}

TEST_F(BtfValueTest, AddingGoesLeafByLeaf) {
    const model::Value one = fields({{"u8", scalar("200")},
                                     {"s32", scalar("-3")},
                                     {"be32", scalar("255")},
                                     {"u64", scalar("4294967295")},
                                     {"numbers", list({scalar("1"), scalar("2")})},
                                     {"nested", field("wire_port", "255")},
                                     {"list", list({field("port", "1"), field("port", "65535")})},
                                     {"either", field("whole", "255")},
                                     {"hidden", scalar("5")},
                                     {"low", scalar("2")},
                                     {"high", scalar("20")}});
    const Memory from = encoded(one);
    Memory into = from;
    add_values(types_.get(), everything_, from, into);
    EXPECT_EQ(compared(fields({{"u8", scalar("144")},  // 400 - 256: no carry into the next field
                               {"s8", scalar("0")},
                               {"s32", scalar("-6")},
                               {"be32", scalar("510")},
                               {"u64", scalar("8589934590")},
                               {"numbers", list({scalar("2"), scalar("4"), scalar("0")})},
                               {"nested", field("wire_port", "510")},
                               {"list", list({field("port", "2"), field("port", "65534")})},
                               {"either", field("whole", "510")},
                               {"hidden", scalar("10")},
                               {"low", scalar("4")},
                               {"high", scalar("8")}}),  // 40 - 32: no carry here either
                       into),
              "");
}

}  // namespace
}  // namespace xdpbench::bpf
