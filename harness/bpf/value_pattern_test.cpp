#include "bpf/value_pattern.h"

#include <bpf/btf.h>
#include <gtest/gtest.h>

namespace xdpbench::bpf {
namespace {

model::Value text(std::string value) { return {{}, std::move(value)}; }

ElementType untyped(std::size_t size) { return {nullptr, 0, size}; }

MapBytes written(std::size_t size, const std::string& pattern, std::uint64_t number,
                 bool addresses = false) {
    const auto made = ValuePattern::make(untyped(size), text(pattern), addresses, number, number);
    EXPECT_TRUE(made) << made.error().text();
    MapBytes out(size);
    if (made) made->write(number, out);
    return out;
}

TEST(ValuePattern, FollowsTheNumber) {
    EXPECT_EQ(written(4, "i", 0x01020304), (MapBytes{4, 3, 2, 1}));
    EXPECT_EQ(written(2, "i+1", 255), (MapBytes{0, 1}));
    EXPECT_EQ(written(1, "i*3", 5), (MapBytes{15}));
    EXPECT_EQ(written(8, "i%7", 100), (MapBytes{2, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ValuePattern, TakesItsStepsFromLeftToRight) {
    EXPECT_EQ(written(1, "i+1*2%5", 3), (MapBytes{3}));
    EXPECT_EQ(written(1, "i%5+1*2", 8), (MapBytes{8}));
}

TEST(ValuePattern, AnAddressIsInNetworkByteOrder) {
    EXPECT_EQ(written(4, "i", 0x0a000102, true), (MapBytes{10, 0, 1, 2}));
}

TEST(ValuePattern, ATextWithoutANumberIsAValue) {
    EXPECT_EQ(written(4, "7", 99), (MapBytes{7, 0, 0, 0}));
    EXPECT_EQ(written(2, "hex:0102", 99), (MapBytes{1, 2}));
}

TEST(ValuePattern, WhatDoesNotFitIsRefusedBeforeAnythingIsWritten) {
    EXPECT_FALSE(ValuePattern::make(untyped(1), text("i"), false, 0, 256));
    EXPECT_TRUE(ValuePattern::make(untyped(1), text("i"), false, 0, 255));
    EXPECT_TRUE(ValuePattern::make(untyped(1), text("i%256"), false, 0, 100'000));
    EXPECT_FALSE(ValuePattern::make(untyped(1), text("i*2"), false, 0, 200));
    EXPECT_FALSE(ValuePattern::make(untyped(4), text("i/2"), false, 0, 1));
    EXPECT_FALSE(ValuePattern::make(untyped(4), text("i%0"), false, 0, 1));
    EXPECT_FALSE(ValuePattern::make(untyped(4), text("i+"), false, 0, 1));
}

// Whole bytes follow a number.
TEST(ValuePattern, ABitFieldDoesNotFollowANumber) {
    btf* const types = ::btf__new_empty();
    const int integer = ::btf__add_int(types, "number", 4, 0);
    const int structure = ::btf__add_struct(types, "flags", 8);
    ::btf__add_field(types, "few", integer, 0, 3);
    ::btf__add_field(types, "all", integer, 32, 0);
    const ElementType type{types, static_cast<std::uint32_t>(structure), 8};
    const auto of = [&](const char* few, const char* all) {
        return ValuePattern::make(
            type, {{}, model::Value::Fields{{"few", text(few)}, {"all", text(all)}}}, false, 0, 5);
    };
    EXPECT_FALSE(of("i", "1"));
    const auto made = of("2", "i");
    ASSERT_TRUE(made) << made.error().text();
    MapBytes out(8);
    made->write(5, out);
    EXPECT_EQ(out, (MapBytes{2, 0, 0, 0, 5, 0, 0, 0}));
    ::btf__free(types);
}

}  // namespace
}  // namespace xdpbench::bpf
