#include "bpf/btf_decode.h"

#include <bpf/btf.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "bpf/btf_type.h"
#include "bpf/value_text.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

// Zero-terminated text that a person can read, with nothing behind it.
std::optional<std::string> readable_text(ByteView bytes) {
    const auto end = std::find(bytes.begin(), bytes.end(), std::uint8_t{0});
    const auto printable = [](std::uint8_t letter) { return letter >= ' ' && letter <= '~'; };
    const auto zero = [](std::uint8_t byte) { return byte == 0; };
    if (end == bytes.end() || !std::all_of(bytes.begin(), end, printable) ||
        !std::all_of(end, bytes.end(), zero))
        return std::nullopt;
    std::string text(bytes.begin(), end);
    if (text.empty() || text.starts_with("hex:")) return std::nullopt;
    return text;
}

// Of so much memory: each byte may be in as many parts as types are deep. BTF that contradicts
// itself has structs that contain themselves, more than once.
std::size_t most_parts(std::size_t bytes) {
    constexpr std::size_t kEmpty = 1024;  // parts without memory
    return (bytes + kEmpty) * static_cast<std::size_t>(kDeepestType);
}

// Of a member that is a bit field; else its `bits` are 0.
BitPlace bit_place(const btf_type* type, unsigned member) {
    return {::btf_member_bit_offset(type, member), ::btf_member_bitfield_size(type, member)};
}

// Whether such a type can be in so many bits, which are inside.
bool holds_bits(const btf_type* type, const BitPlace& place, ByteView memory) {
    return type != nullptr && (::btf_is_int(type) || ::btf_is_any_enum(type)) &&
           type->size <= sizeof(std::uint64_t) && place.bits <= type->size * std::size_t{8} &&
           place.end_byte() <= memory.size();
}

// Reads memory by its type.
class Decoder {
  public:
    Decoder(const btf* types, std::size_t bytes) : types_(types), left_(most_parts(bytes)) {}

    // Nothing if the type has no value, or BTF that contradicts itself puts it outside.
    [[nodiscard]] std::optional<model::Value> decode(std::uint32_t id, ByteView memory,
                                                     int depth = 0) const {
        const BtfType type = resolve_type(types_, id);
        const std::size_t size = type_size(types_, id);
        if (type.type == nullptr || size > memory.size() || depth == kDeepestType || left_ == 0)
            return std::nullopt;
        --left_;
        const ByteView bytes = memory.first(size);
        if (::btf_is_int(type.type) || ::btf_is_any_enum(type.type)) return integer(type, bytes);
        if (::btf_is_union(type.type)) return largest_member(type.type, bytes, depth);
        if (::btf_is_composite(type.type)) {
            model::Value::Fields fields;
            add_members(type.type, bytes, depth, fields);
            return model::Value{{}, std::move(fields)};
        }
        if (::btf_is_array(type.type)) return array(*::btf_array(type.type), bytes, depth);
        return std::nullopt;
    }

  private:
    [[nodiscard]] std::optional<model::Value> integer(const BtfType& type, ByteView bytes) const {
        if (type.big_endian && bytes.size() == 4) return model::Value{{}, address_text(bytes)};
        return model::Value{{}, integer_text(types_, type, bytes)};
    }

    [[nodiscard]] std::optional<model::Value> bit_field(const BtfType& type, const BitPlace& place,
                                                        ByteView memory) const {
        if (!holds_bits(type.type, place, memory)) return std::nullopt;
        std::vector<std::uint8_t> bytes(type.type->size);
        store(load_bits(memory, place, has_signed_bits(types_, type.type)), bytes, false);
        return model::Value{{}, integer_text(types_, {type.type, type.name, false}, bytes)};
    }

    void add_members(const btf_type* type, ByteView memory, int depth,
                     model::Value::Fields& fields) const {
        for (unsigned i = 0; i < ::btf_vlen(type); ++i) {
            const btf_member& member = ::btf_members(type)[i];
            const BitPlace bits = bit_place(type, i);
            const std::size_t offset = bits.offset / 8;
            if (offset > memory.size()) continue;
            std::optional<model::Value> value =
                bits.bits != 0 ? bit_field(resolve_type(types_, member.type), bits, memory)
                               : decode(member.type, memory.subspan(offset), depth + 1);
            if (!value) continue;
            const std::string name = name_at(types_, member.name_off);
            if (!name.empty()) {
                fields.push_back({name, std::move(*value)});
            } else if (value->fields() != nullptr) {
                // Members of a struct without a name are members of the struct around it.
                for (const model::Value::Field& inner : *value->fields()) fields.push_back(inner);
            }
        }
    }

    [[nodiscard]] model::Value largest_member(const btf_type* type, ByteView memory,
                                              int depth) const {
        model::Value::Fields largest;
        std::size_t most = 0;
        for (unsigned i = 0; i < ::btf_vlen(type); ++i) {
            const btf_member& member = ::btf_members(type)[i];
            const std::size_t size = type_size(types_, member.type);
            if (size <= most || ::btf_member_bitfield_size(type, i) != 0) continue;
            std::optional<model::Value> value = decode(member.type, memory, depth + 1);
            if (!value) continue;
            const std::string name = name_at(types_, member.name_off);
            if (name.empty() && value->fields() == nullptr) continue;
            most = size;
            largest =
                name.empty() ? *value->fields() : model::Value::Fields{{name, std::move(*value)}};
        }
        return model::Value{{}, std::move(largest)};
    }

    [[nodiscard]] std::optional<model::Value> array(const struct btf_array& shape, ByteView memory,
                                                    int depth) const {
        const BtfType element = resolve_type(types_, shape.type);
        const std::size_t size = type_size(types_, shape.type);
        if (size == 0 || element.type == nullptr) return std::nullopt;
        if (size == 1 && ::btf_is_int(element.type)) return byte_array(element, memory);
        model::Value::List list;
        for (std::size_t i = 0; i < shape.nelems; ++i) {
            std::optional<model::Value> value =
                decode(shape.type, memory.subspan(i * size), depth + 1);
            if (!value) return std::nullopt;
            list.push_back(std::move(*value));
        }
        return model::Value{{}, std::move(list)};
    }

    [[nodiscard]] model::Value byte_array(const BtfType& element, ByteView memory) const {
        constexpr std::size_t kMacBytes = 6;
        if (is_char(types_, element.type)) {
            if (const auto text = readable_text(memory)) return model::Value{{}, *text};
        } else if (memory.size() == kMacBytes) {
            return model::Value{{}, address_text(memory)};
        }
        return model::Value{{}, "hex:" + packet::to_hex(memory)};
    }

    const btf* types_;
    mutable std::size_t left_;  // parts
};

// Adds up integers of at most 8 bytes, or of 16.
void add_integers(ByteView from, ByteSpan into, bool big_endian) {
    constexpr std::size_t kHalf = sizeof(std::uint64_t);
    if (into.size() == 2 * kHalf) {
        const std::size_t low = std::endian::native == std::endian::little ? 0 : kHalf;
        const std::uint64_t added = load(from.subspan(low, kHalf), false);
        add_integers(from.subspan(low, kHalf), into.subspan(low, kHalf), false);
        const bool carry = load(into.subspan(low, kHalf), false) < added;
        const ByteSpan high = into.subspan(kHalf - low, kHalf);
        add_integers(from.subspan(kHalf - low, kHalf), high, false);
        store(load(high, false) + (carry ? 1 : 0), high, false);
        return;
    }
    store(load(from, big_endian) + load(into, big_endian), into, big_endian);
}

// Adds memory to memory by their type. What BTF that contradicts itself puts outside is left alone.
class Adder {
  public:
    Adder(const btf* types, std::size_t bytes) : types_(types), left_(most_parts(bytes)) {}

    void add(std::uint32_t id, ByteView from, ByteSpan into, int depth = 0) const {
        constexpr std::size_t kWide = 16;  // bytes of __int128
        const BtfType type = resolve_type(types_, id);
        const std::size_t size = type_size(types_, id);
        if (type.type == nullptr || size == 0 || size > std::min(from.size(), into.size()) ||
            depth == kDeepestType || left_ == 0)
            return;
        --left_;
        from = from.first(size);
        into = into.first(size);
        if (::btf_is_int(type.type) && (size <= sizeof(std::uint64_t) || size == kWide)) {
            add_integers(from, into, type.big_endian);
        } else if (::btf_is_composite(type.type)) {
            add_members(type.type, from, into, depth);
        } else if (::btf_is_array(type.type)) {
            add_elements(*::btf_array(type.type), from, into, depth);
        }
    }

  private:
    void add_members(const btf_type* type, ByteView from, ByteSpan into, int depth) const {
        // The members of a union are the same memory: only the first one is added.
        const unsigned all = ::btf_vlen(type);
        const unsigned members = ::btf_is_union(type) ? std::min(1U, all) : all;
        for (unsigned i = 0; i < members; ++i) {
            const BitPlace bits = bit_place(type, i);
            const std::size_t offset = bits.offset / 8;
            if (offset > from.size()) continue;
            if (bits.bits != 0) {
                add_bits(resolve_type(types_, ::btf_members(type)[i].type).type, bits, from, into);
                continue;
            }
            add(::btf_members(type)[i].type, from.subspan(offset), into.subspan(offset), depth + 1);
        }
    }

    // Enumerators and flags are no numbers: they are left alone, as they are elsewhere.
    static void add_bits(const btf_type* type, const BitPlace& bits, ByteView from, ByteSpan into) {
        if (!holds_bits(type, bits, into) || !::btf_is_int(type) || is_bool(type)) return;
        store_bits(load_bits(from, bits, false) + load_bits(into, bits, false), bits, into);
    }

    void add_elements(const struct btf_array& shape, ByteView from, ByteSpan into,
                      int depth) const {
        const std::size_t size = type_size(types_, shape.type);
        if (size == 0) return;
        for (std::size_t offset = 0; offset + size <= from.size(); offset += size)
            add(shape.type, from.subspan(offset), into.subspan(offset), depth + 1);
    }

    const btf* types_;
    mutable std::size_t left_;  // parts
};

}  // namespace

model::Value decode_value(const btf* types, std::uint32_t type,
                          std::span<const std::uint8_t> memory) {
    std::optional<model::Value> value = Decoder(types, memory.size()).decode(type, memory);
    return value ? std::move(*value) : decode_untyped(memory);
}

model::Value decode_untyped(std::span<const std::uint8_t> memory) {
    const std::size_t size = memory.size();
    if (size == 1 || size == 2 || size == 4 || size == 8)
        return model::Value{{}, number_text(load(memory, false), size, false)};
    return model::Value{{}, "hex:" + packet::to_hex(memory)};
}

void add_values(const btf* types, std::uint32_t type, std::span<const std::uint8_t> from,
                std::span<std::uint8_t> into) {
    Adder(types, into.size()).add(type, from, into);
}

void add_untyped(std::span<const std::uint8_t> from, std::span<std::uint8_t> into) {
    if (into.size() <= sizeof(std::uint64_t)) add_integers(from, into, false);
}

}  // namespace xdpbench::bpf
