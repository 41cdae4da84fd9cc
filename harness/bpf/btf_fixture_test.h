// What the tests of values that BTF types share.
#pragma once

#include <bpf/btf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bpf/btf_value.h"
#include "bpf/fixture_test.h"
#include "packet/hex.h"

namespace xdpbench::bpf {

using Memory = std::vector<std::uint8_t>;

// The BTF of rich_types.bpf.o, and its struct `everything`.
class BtfValueTest : public testing::Test {
  protected:
    void SetUp() override {
        types_.reset(::btf__parse(fixture_object("rich_types").c_str(), nullptr));
        ASSERT_TRUE(types_);
        everything_ = type("everything", BTF_KIND_STRUCT);
    }

    [[nodiscard]] std::uint32_t type(const char* name, std::uint32_t kind) const {
        const int id = ::btf__find_by_name_kind(types_.get(), name, kind);
        EXPECT_GT(id, 0) << name;
        return static_cast<std::uint32_t>(id);
    }

    [[nodiscard]] std::size_t size_of(std::uint32_t id) const {
        return static_cast<std::size_t>(::btf__resolve_size(types_.get(), id));
    }

    // The bytes of one field of `everything` when it alone is written, in hex; or the error.
    [[nodiscard]] std::string written(const std::string& name, const model::Value& value) const {
        Memory memory(size_of(everything_), 0xee);
        const auto done = encode_value(types_.get(), everything_, fields({{name, value}}), memory);
        if (!done) return done.error().what;
        const auto first =
            std::find_if(memory.begin(), memory.end(), [](auto b) { return b != 0; });
        if (first == memory.end()) return "all zero";
        const auto last =
            std::find_if(memory.rbegin(), memory.rend(), [](auto b) { return b != 0; }).base();
        return packet::to_hex({first, last});
    }

    [[nodiscard]] std::string written(const std::string& name, const std::string& text) const {
        return written(name, scalar(text));
    }

    // "path: expected a, got b" of each difference; or the error.
    [[nodiscard]] std::string compared(const model::Value& expected, const Memory& memory) const {
        const auto differences = compare_value(types_.get(), everything_, expected, memory);
        if (!differences) return differences.error().what;
        std::string text;
        for (const ValueDifference& one : *differences)
            text += one.path + ": expected " + one.expected + ", got " + one.actual + "\n";
        return text;
    }

    [[nodiscard]] Memory encoded(const model::Value& value) const {
        Memory memory(size_of(everything_));
        const auto done = encode_value(types_.get(), everything_, value, memory);
        EXPECT_TRUE(done) << done.error().text();
        return memory;
    }

    // Where its bool is.
    [[nodiscard]] std::size_t offset_of_flag() const {
        const Memory memory = encoded(fields({{"flag", scalar("1")}}));
        return static_cast<std::size_t>(std::find(memory.begin(), memory.end(), 1) -
                                        memory.begin());
    }

    struct Free {
        void operator()(btf* types) const { ::btf__free(types); }
    };
    std::unique_ptr<btf, Free> types_;
    std::uint32_t everything_ = 0;
};

}  // namespace xdpbench::bpf
