// BTF that contradicts itself: sizes of gigabytes, members outside their struct, structs in
// themselves.
#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <memory>

#include "bpf/btf_decode.h"
#include "bpf/btf_value.h"

namespace xdpbench::bpf {
namespace {

class HostileBtf : public testing::Test {
  protected:
    // A struct of 8 bytes with one integer of 4 bytes.
    void SetUp() override {
        types_.reset(::btf__new_empty());
        integer_ = ::btf__add_int(types_.get(), "number", 4, 0);
        structure_ = ::btf__add_struct(types_.get(), "pair", 8);
        ASSERT_EQ(::btf__add_field(types_.get(), "first", integer_, 0, 0), 0);
    }
    [[nodiscard]] btf_type& type(int id) const {
        return const_cast<btf_type&>(
            *::btf__type_by_id(types_.get(), static_cast<std::uint32_t>(id)));
    }
    void add(int id, std::span<std::uint8_t> memory) const {
        add_values(types_.get(), static_cast<std::uint32_t>(id), memory, memory);
    }

    struct Free {
        void operator()(btf* types) const { ::btf__free(types); }
    };
    std::unique_ptr<btf, Free> types_;
    int integer_ = 0;
    int structure_ = 0;
};

TEST_F(HostileBtf, AnIntegerOfGigabytesIsRefusedBeforeItIsAllocated) {
    type(integer_).size = 0xff000000;
    std::vector<std::uint8_t> memory(8);
    const auto done = encode_value(types_.get(), static_cast<std::uint32_t>(integer_),
                                   model::Value{{}, std::string("1")}, memory);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "an integer of 4278190080 bytes cannot be written as a value");
}

TEST(ZeroedMemory, GigabytesAreRefusedBeforeTheyAreAllocated) {
    EXPECT_EQ(zeroed_memory(8).value(), std::vector<std::uint8_t>(8));
    EXPECT_EQ(zeroed_memory(0xff000000).error().what,
              "a value of 4,278,190,080 bytes cannot be written: at most 64.0 MiB can");
}

TEST_F(HostileBtf, WhatFitsIsAdded) {
    std::vector<std::uint8_t> memory{3, 0, 0, 0, 5, 0, 0, 0};
    add(structure_, memory);
    EXPECT_EQ(memory, (std::vector<std::uint8_t>{6, 0, 0, 0, 5, 0, 0, 0}));
}

TEST_F(HostileBtf, AMemberOutsideIsNotAdded) {
    ::btf_members(&type(structure_))->offset = 0x7fff'fff0;
    std::vector<std::uint8_t> memory{3, 0, 0, 0, 5, 0, 0, 0};
    add(structure_, memory);
    EXPECT_EQ(memory, (std::vector<std::uint8_t>{3, 0, 0, 0, 5, 0, 0, 0}));
}

TEST_F(HostileBtf, ATypeLongerThanTheMemoryIsNotAdded) {
    std::vector<std::uint8_t> memory{3, 0, 0};
    add(integer_, memory);
    EXPECT_EQ(memory, (std::vector<std::uint8_t>{3, 0, 0}));
}

TEST_F(HostileBtf, AStructInItselfEnds) {
    ::btf_members(&type(structure_))->type = static_cast<std::uint32_t>(structure_);
    std::vector<std::uint8_t> memory(8, 1);
    add(structure_, memory);
    (void)decode_value(types_.get(), static_cast<std::uint32_t>(structure_), memory);
    EXPECT_EQ(memory, std::vector<std::uint8_t>(8, 1));
}

TEST_F(HostileBtf, AnArrayOfNothingEnds) {
    const int nothing = ::btf__add_struct(types_.get(), "nothing", 0);
    const int array = ::btf__add_array(types_.get(), integer_, nothing, 0xffff'ffff);
    std::vector<std::uint8_t> memory(8, 1);
    add(array, memory);
    EXPECT_EQ(memory, std::vector<std::uint8_t>(8, 1));
}

// Bits behind the memory, more than their integer has, and of no integer at all.
TEST_F(HostileBtf, BitFieldsThatCannotBeAreLeftAlone) {
    const int odd = ::btf__add_struct(types_.get(), "odd", 8);
    ASSERT_EQ(::btf__add_field(types_.get(), "outside", integer_, 0x00ff'fff0, 32), 0);
    ASSERT_EQ(::btf__add_field(types_.get(), "wide", integer_, 0, 200), 0);
    ASSERT_EQ(::btf__add_field(types_.get(), "inner", structure_, 0, 8), 0);
    std::vector<std::uint8_t> memory(8, 3);
    add(odd, memory);
    EXPECT_EQ(memory, std::vector<std::uint8_t>(8, 3));
    const model::Value decoded =
        decode_value(types_.get(), static_cast<std::uint32_t>(odd), memory);
    ASSERT_NE(decoded.fields(), nullptr);
    EXPECT_TRUE(decoded.fields()->empty());
    for (const char* const name : {"outside", "wide", "inner"}) {
        const model::Value value{{}, model::Value::Fields{{name, model::Value{{}, "1"}}}};
        EXPECT_FALSE(encode_value(types_.get(), static_cast<std::uint32_t>(odd), value, memory));
    }
}

// Twice at every level: without a limit that is 2 to the power of the deepest level.
TEST_F(HostileBtf, AStructThatHasItselfTwiceIsLookedAtForAWhileOnly) {
    for (const int name : {0, 1})
        ASSERT_EQ(::btf__add_field(types_.get(), name == 0 ? "" : nullptr, structure_, 0, 0), 0);
    std::vector<std::uint8_t> memory(8);
    const model::Value value{{}, model::Value::Fields{{"other", model::Value{{}, "1"}}}};
    EXPECT_FALSE(encode_value(types_.get(), static_cast<std::uint32_t>(structure_), value, memory));
    (void)decode_value(types_.get(), static_cast<std::uint32_t>(structure_), memory);
    add(structure_, memory);
}

}  // namespace
}  // namespace xdpbench::bpf
