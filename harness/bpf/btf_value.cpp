#include "bpf/btf_value.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "bpf/btf_type.h"
#include "bpf/btf_value_walk.h"
#include "bpf/value_text.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

// `bytes` in the way that `leaf` was written.
std::string leaf_text(const btf* types, const Leaf& leaf, ByteView bytes) {
    const btf_type* const type = leaf.type.type;
    if (leaf.as_address) return address_text(bytes);
    if (::btf_is_array(type) && is_char(types, resolve_type(types, ::btf_array(type)->type).type))
        return printable_text(bytes);
    const bool number = ::btf_is_int(type) || ::btf_is_any_enum(type);
    return number ? integer_text(types, leaf.type, bytes) : "hex:" + packet::to_hex(bytes);
}

// What is in memory where `leaf` belongs; of a bit field its whole integer.
std::vector<std::uint8_t> bytes_of(const btf* types, const Leaf& leaf, ByteView memory) {
    std::vector<std::uint8_t> bytes(leaf.encoded.size());
    if (leaf.bits.bits == 0) {
        const ByteView actual = memory.subspan(leaf.offset, bytes.size());
        std::copy(actual.begin(), actual.end(), bytes.begin());
    } else {
        const bool with_sign = has_signed_bits(types, leaf.type.type);
        store(load_bits(memory, leaf.bits, with_sign), bytes, false);
    }
    return bytes;
}

}  // namespace

Result<std::vector<std::uint8_t>> zeroed_memory(std::size_t bytes) {
    constexpr std::size_t kMost = std::size_t{64} << 20;
    if (bytes <= kMost) return std::vector<std::uint8_t>(bytes);
    return input_error(fmt::format("a value of {} bytes cannot be written: at most {} can",
                                   thousands(bytes), byte_size(kMost)));
}

Result<void> encode_value(const btf* types, std::uint32_t type, const model::Value& value,
                          std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    const auto write = [&](const Leaf& leaf) {
        if (leaf.bits.bits != 0) return store_bits(load(leaf.encoded, false), leaf.bits, out);
        std::copy(leaf.encoded.begin(), leaf.encoded.end(),
                  out.begin() + static_cast<std::ptrdiff_t>(leaf.offset));
    };
    return walk_value(types, type, value, out.size(), Overlaps::refused, write);
}

bool is_in_bit_field(const btf* types, std::uint32_t type, const model::Value& whole,
                     const std::string* text, std::size_t size) {
    bool found = false;
    const auto look = [&](const Leaf& leaf) {
        found = found || (leaf.bits.bits != 0 && leaf.value->scalar() == text);
    };
    return walk_value(types, type, whole, size, Overlaps::allowed, look) && found;
}

Result<void> encode_untyped(const model::Value& value, std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    const std::string* const text = value.scalar();
    if (text != nullptr) {
        const std::optional<Number> number = parse_number(*text);
        const bool integral =
            out.size() == 1 || out.size() == 2 || out.size() == 4 || out.size() == 8;
        if (number && integral && fits(*number, out.size(), number->negative)) {
            store(two_complement(*number), out, false);
            return {};
        }
        if (store_address(*text, out)) return {};
        if (text->starts_with("hex:") && store_hex(*text, out)) return {};
    }
    return value_error(value, "",
                       fmt::format("{} is no value of {}: the map has no BTF, so an integer, an "
                                   "address or \"hex:...\" of that size was expected",
                                   written(value), counted(out.size(), "byte")));
}

Result<std::vector<ValueDifference>> compare_value(const btf* types, std::uint32_t type,
                                                   const model::Value& expected,
                                                   std::span<const std::uint8_t> memory) {
    std::vector<ValueDifference> differences;
    const auto compare = [&](const Leaf& leaf) {
        const std::vector<std::uint8_t> actual = bytes_of(types, leaf, memory);
        if (leaf.encoded == actual) return;
        differences.push_back(
            {leaf.path, leaf_text(types, leaf, leaf.encoded), leaf_text(types, leaf, actual)});
    };
    XDPBENCH_CHECK(walk_value(types, type, expected, memory.size(), Overlaps::allowed, compare));
    return differences;
}

Result<std::vector<ValueDifference>> compare_untyped(const model::Value& expected,
                                                     std::span<const std::uint8_t> memory) {
    std::vector<std::uint8_t> encoded(memory.size());
    XDPBENCH_CHECK(encode_untyped(expected, encoded));
    std::vector<ValueDifference> differences;
    if (!std::equal(encoded.begin(), encoded.end(), memory.begin())) {
        differences.push_back(
            {"", "hex:" + packet::to_hex(encoded), "hex:" + packet::to_hex(memory)});
    }
    return differences;
}

}  // namespace xdpbench::bpf
