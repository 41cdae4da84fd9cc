#include "bpf/btf_value.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

#include "base/bytes.h"
#include "base/text.h"
#include "bpf/btf_type.h"
#include "bpf/value_text.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

using Memory = std::vector<std::uint8_t>;

Error value_error(const model::Value& value, const std::string& path, const std::string& problem) {
    const std::string where = value.where.file.empty() ? "" : value.where.text() + ": ";
    return input_error(fmt::format("{}{}{}", where, path.empty() ? "" : path + ": ", problem));
}

std::string written(const model::Value& value) {
    if (value.scalar() != nullptr) return fmt::format("\"{}\"", *value.scalar());
    return value.list() != nullptr ? "a list" : "a set of fields";
}

// The value given for one integer, enum or array of bytes.
struct Leaf {
    std::string path;
    BtfType type;
    std::size_t offset = 0;   // of the memory that it describes
    Memory encoded;           // what belongs there
    bool as_address = false;  // the value was written as an address
};

// A member of a struct or union, also one that is in it through members without a name.
struct Field {
    std::uint32_t type = 0;
    std::uint32_t bit_offset = 0;
    std::uint32_t bits = 0;  // of a bit field; else 0
};
using Fields = std::vector<std::pair<std::string, Field>>;

// Walks a type and a value side by side and does something at every leaf: that is what differs
// between writing and comparing.
class Walker {
    static constexpr std::size_t kMostMembers = 1U << 16U;  // of a struct: its BTF has no more

  public:
    using AtLeaf = std::function<void(const Leaf&)>;

    Walker(const btf* types, std::size_t size, AtLeaf at_leaf)
        : types_(types), size_(size), at_leaf_(std::move(at_leaf)) {}

    Result<void> walk(std::uint32_t id, const model::Value& value, std::size_t offset,
                      const std::string& path) const {
        const BtfType type = resolve_type(types_, id);
        if (type.type == nullptr)
            return value_error(value, path, "the program's BTF has no such type");
        if (::btf_is_int(type.type) || ::btf_is_any_enum(type.type))
            return integer(type, value, offset, path);
        if (::btf_is_composite(type.type)) return fields(type, value, offset, path);
        if (::btf_is_array(type.type)) return array(type, value, offset, path);
        return value_error(
            value, path,
            fmt::format("a {} cannot be written as a value",
                        ::btf_is_ptr(type.type) ? "pointer" : "value of type " + type.name));
    }

  private:
    // BTF that contradicts itself must not reach beyond the memory.
    Result<void> at(const Leaf& leaf, const model::Value& value) const {
        if (leaf.offset > size_ || leaf.encoded.size() > size_ - leaf.offset)
            return value_error(value, leaf.path, "the program's BTF is broken: it is outside");
        at_leaf_(leaf);
        return {};
    }

    Result<void> integer(const BtfType& type, const model::Value& value, std::size_t offset,
                         const std::string& path) const {
        const std::string* const text = value.scalar();
        // Checked before it is allocated: broken BTF has integers of gigabytes.
        if (text == nullptr || type.type->size > sizeof(std::uint64_t))
            return no_integer(type, value, path);
        Leaf leaf{path, type, offset, Memory(type.type->size), false};
        if (const std::optional<Number> number = read_number(type, *text)) {
            if (!suits(type.type, *number)) return too_large(type, value, path);
            store(two_complement(*number), leaf.encoded, type.big_endian);
            return at(leaf, value);
        }
        leaf.as_address = takes_address(type.type) && store_address(*text, leaf.encoded);
        return leaf.as_address ? at(leaf, value) : no_integer(type, value, path);
    }

    static bool takes_address(const btf_type* type) {
        return ::btf_is_int(type) && type->size == 4;
    }

    static bool suits(const btf_type* type, const Number& number) {
        if (is_bool(type)) return !number.negative && number.magnitude <= 1;
        // Older compilers do not say whether an enum is signed.
        if (::btf_is_any_enum(type) && fits(number, type->size, true)) return true;
        return fits(number, type->size, is_signed(type));
    }

    static Error no_integer(const BtfType& type, const model::Value& value,
                            const std::string& path) {
        const std::size_t size = type.type->size;
        if (size > sizeof(std::uint64_t)) {
            return value_error(
                value, path,
                fmt::format("an integer of {} bytes cannot be written as a value", size));
        }
        return value_error(value, path,
                           fmt::format("{} is no value of type {}: expected an integer of {}{}",
                                       written(value), type.name, counted(size, "byte"),
                                       takes_address(type.type) ? " or an IPv4 address" : ""));
    }

    static Error too_large(const BtfType& type, const model::Value& value,
                           const std::string& path) {
        const char* const kind = is_bool(type.type)        ? "0 or 1, "
                                 : is_signed(type.type)    ? "signed, "
                                 : ::btf_is_int(type.type) ? "unsigned, "
                                                           : "";
        return value_error(value, path,
                           fmt::format("{} does not fit type {} ({}{})", *value.scalar(), type.name,
                                       kind, counted(type.type->size, "byte")));
    }

    [[nodiscard]] std::optional<Number> read_number(const BtfType& type,
                                                    const std::string& text) const {
        if (::btf_is_any_enum(type.type)) {
            for (const auto& [name, number] : enumerators_of(types_, type.type)) {
                if (text == name) return number;
            }
        }
        return parse_number(text);
    }

    Result<void> fields(const BtfType& type, const model::Value& value, std::size_t offset,
                        const std::string& path) const {
        Fields known;
        std::size_t left = kMostMembers;
        add_fields(type.type, 0, known, left);
        const std::string kind = ::btf_is_union(type.type) ? "union" : "struct";
        const std::string title = type.name.empty() ? "this " + kind : kind + " " + type.name;
        if (value.fields() == nullptr) {
            return value_error(
                value, path,
                fmt::format("{} is no value of {}: expected {{ {}: ... }}", written(value), title,
                            fmt::join(names_of(known), ": ..., ")));
        }
        for (const auto& [name, part] : *value.fields()) {
            const auto found =
                std::find_if(known.begin(), known.end(),
                             [&, &wanted = name](const auto& one) { return one.first == wanted; });
            if (found == known.end())
                return no_such_field(title, name, names_of(known), part, path);
            XDPBENCH_CHECK(one_field(*found, part, offset, path));
        }
        return {};
    }

    Result<void> one_field(const std::pair<std::string, Field>& named, const model::Value& value,
                           std::size_t offset, const std::string& path) const {
        const auto& [name, field] = named;
        if (field.bits != 0) {
            return value_error(
                value, path,
                fmt::format("field {} is a bit field, which cannot be written as a value", name));
        }
        return walk(field.type, value, offset + field.bit_offset / 8,
                    path.empty() ? name : fmt::format("{}.{}", path, name));
    }

    static Error no_such_field(const std::string& title, const std::string& name,
                               const std::vector<std::string>& names, const model::Value& value,
                               const std::string& path) {
        return value_error(value, path,
                           fmt::format("{} has no field {}{}; it has: {}", title, name,
                                       did_you_mean(name, names), fmt::join(names, ", ")));
    }

    // In C the members of a struct without a name are members of the struct around it.
    // BTF that contradicts itself has structs that contain themselves, more than once: `left`
    // members are looked at.
    void add_fields(const btf_type* type, std::uint32_t bit_offset, Fields& known,
                    std::size_t& left, int depth = 0) const {
        for (unsigned i = 0; i < ::btf_vlen(type) && depth < kDeepestType && left > 0; ++i) {
            --left;
            const btf_member& member = ::btf_members(type)[i];
            const std::string name = name_at(types_, member.name_off);
            const std::uint32_t place = bit_offset + ::btf_member_bit_offset(type, i);
            if (!name.empty()) {
                known.emplace_back(name,
                                   Field{member.type, place, ::btf_member_bitfield_size(type, i)});
                continue;
            }
            const BtfType inner = resolve_type(types_, member.type);
            if (inner.type != nullptr && ::btf_is_composite(inner.type))
                add_fields(inner.type, place, known, left, depth + 1);
        }
    }

    static std::vector<std::string> names_of(const Fields& known) {
        std::vector<std::string> names;
        names.reserve(known.size());
        for (const auto& [name, field] : known) names.push_back(name);
        return names;
    }

    Result<void> array(const BtfType& type, const model::Value& value, std::size_t offset,
                       const std::string& path) const {
        const struct btf_array* const shape = ::btf_array(type.type);
        if (const model::Value::List* const list = value.list())
            return elements(*shape, *list, value, offset, path);
        const std::string* const text = value.scalar();
        const std::size_t element = type_size(types_, shape->type);
        if (text == nullptr || element != 1 || shape->nelems > size_)
            return no_array(*shape, value, path);
        Leaf leaf{path, type, offset, Memory(shape->nelems), false};
        if (!store_bytes(*text, resolve_type(types_, shape->type), leaf))
            return no_array(*shape, value, path);
        return at(leaf, value);
    }

    Result<void> elements(const struct btf_array& shape, const model::Value::List& list,
                          const model::Value& value, std::size_t offset,
                          const std::string& path) const {
        if (list.size() > shape.nelems) {
            return value_error(value, path,
                               fmt::format("{} given for an array of {}",
                                           counted(list.size(), "element"), shape.nelems));
        }
        const std::size_t element = type_size(types_, shape.type);
        for (std::size_t i = 0; i < list.size(); ++i) {
            XDPBENCH_CHECK(
                walk(shape.type, list[i], offset + i * element, fmt::format("{}[{}]", path, i)));
        }
        return {};
    }

    [[nodiscard]] Error no_array(const struct btf_array& shape, const model::Value& value,
                                 const std::string& path) const {
        const std::size_t element = type_size(types_, shape.type);
        const bool text = is_char(types_, resolve_type(types_, shape.type).type);
        const std::string address = shape.nelems == 4    ? "an IPv4 address, "
                                    : shape.nelems == 6  ? "a MAC address, "
                                    : shape.nelems == 16 ? "an IPv6 address, "
                                                         : "";
        const std::string most =
            text ? fmt::format("a text of at most {}, ", counted(shape.nelems - 1, "byte")) : "";
        return value_error(
            value, path,
            fmt::format(
                "{} is no value of an array of {} of {}: expected {}", written(value),
                counted(shape.nelems, "element"), counted(element, "byte"),
                element == 1 ? fmt::format("{}{}a list or \"hex:...\"", most, address) : "a list"));
    }

    bool store_bytes(const std::string& text, const BtfType& element, Leaf& leaf) const {
        Memory& out = leaf.encoded;
        if (text.starts_with("hex:")) return store_hex(text, out);
        // Text comes first: a name such as "::1" is not meant as an address.
        if (is_char(types_, element.type) && text.size() < out.size()) {
            std::copy(text.begin(), text.end(), out.begin());
            return true;
        }
        leaf.as_address = store_address(text, out);
        return leaf.as_address;
    }

    const btf* types_;
    std::size_t size_;  // of the memory
    AtLeaf at_leaf_;
};

// `bytes` in the way that `leaf` was written.
std::string leaf_text(const btf* types, const Leaf& leaf, ByteView bytes) {
    const btf_type* const type = leaf.type.type;
    if (leaf.as_address) return address_text(bytes);
    if (::btf_is_array(type)) {
        const bool text = is_char(types, resolve_type(types, ::btf_array(type)->type).type);
        return text ? printable_text(bytes) : "hex:" + packet::to_hex(bytes);
    }
    return integer_text(types, leaf.type, bytes);
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
        std::copy(leaf.encoded.begin(), leaf.encoded.end(),
                  out.begin() + static_cast<std::ptrdiff_t>(leaf.offset));
    };
    return Walker(types, out.size(), write).walk(type, value, 0, "");
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
        const ByteView actual = memory.subspan(leaf.offset, leaf.encoded.size());
        if (std::equal(leaf.encoded.begin(), leaf.encoded.end(), actual.begin())) return;
        differences.push_back(
            {leaf.path, leaf_text(types, leaf, leaf.encoded), leaf_text(types, leaf, actual)});
    };
    XDPBENCH_CHECK(Walker(types, memory.size(), compare).walk(type, expected, 0, ""));
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
