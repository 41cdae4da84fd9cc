#include "bpf/btf_value_walk.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.h"

namespace xdpbench::bpf {

Error value_error(const model::Value& value, const std::string& path, const std::string& problem) {
    const std::string where = value.where.file.empty() ? "" : value.where.text() + ": ";
    return input_error(fmt::format("{}{}{}", where, path.empty() ? "" : path + ": ", problem));
}

std::string written(const model::Value& value) {
    if (value.scalar() != nullptr) return fmt::format("{:?}", *value.scalar());
    return value.list() != nullptr ? "a list" : "a set of fields";
}

namespace {

using Memory = std::vector<std::uint8_t>;

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
    static constexpr std::size_t kIpv6Bytes = 16;

  public:
    Walker(const btf* types, std::size_t size, Overlaps overlaps, const AtLeaf& at_leaf)
        : types_(types), size_(size), overlaps_(overlaps), at_leaf_(&at_leaf) {}

    Result<void> walk(std::uint32_t id, const model::Value& value, std::size_t offset,
                      const std::string& path) const {
        const BtfType type = resolve_type(types_, id);
        if (type.type == nullptr)
            return value_error(value, path, "the program's BTF has no such type");
        if (std::optional<Leaf> whole = as_bytes(id, type, value, offset, path))
            return at(*whole, value);
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
        const std::size_t bytes = leaf.bits.bits != 0 ? 0 : leaf.encoded.size();
        if (leaf.offset > size_ || bytes > size_ - leaf.offset || leaf.bits.end_byte() > size_)
            return value_error(value, leaf.path, "the program's BTF is broken: it is outside");
        (*at_leaf_)(leaf);
        return {};
    }

    // A text that stands for all bytes of a type of 16, as types of IPv6 addresses are: the
    // address, or "hex:...". Nothing: it is none. Arrays of bytes have texts of their own.
    [[nodiscard]] std::optional<Leaf> as_bytes(std::uint32_t id, const BtfType& type,
                                               const model::Value& value, std::size_t offset,
                                               const std::string& path) const {
        const std::string* const text = value.scalar();
        if (text == nullptr || type_size(types_, id) != kIpv6Bytes) return std::nullopt;
        if (::btf_is_array(type.type) && type_size(types_, ::btf_array(type.type)->type) == 1)
            return std::nullopt;
        Leaf leaf{path, type, offset, Memory(kIpv6Bytes), false, {}, &value};
        if (text->starts_with("hex:"))
            return store_hex(*text, leaf.encoded) ? std::optional(leaf) : std::nullopt;
        leaf.as_address = store_address(*text, leaf.encoded);
        return leaf.as_address ? std::optional(leaf) : std::nullopt;
    }

    Result<void> integer(const BtfType& type, const model::Value& value, std::size_t offset,
                         const std::string& path) const {
        const std::string* const text = value.scalar();
        // Checked before it is allocated: broken BTF has integers of gigabytes.
        if (text == nullptr || type.type->size > kIpv6Bytes) return no_integer(type, value, path);
        Leaf leaf{path, type, offset, Memory(type.type->size), false, {}, &value};
        if (const std::optional<Number> number = read_number(type, *text)) {
            if (!suits(type.type, *number, type.type->size * std::size_t{8}))
                return too_large(type, value, path, counted(type.type->size, "byte"));
            store(two_complement(*number), leaf.encoded, type.big_endian);
            return at(leaf, value);
        }
        leaf.as_address = takes_address(type.type) && store_address(*text, leaf.encoded);
        return leaf.as_address ? at(leaf, value) : no_integer(type, value, path);
    }

    // `place`: in all of the memory.
    Result<void> bit_field(const BtfType& type, const model::Value& value, const BitPlace& place,
                           const std::string& path) const {
        const std::string* const text = value.scalar();
        const bool integral = type.type != nullptr &&
                              (::btf_is_int(type.type) || ::btf_is_any_enum(type.type)) &&
                              type.type->size <= sizeof(std::uint64_t) &&
                              place.bits <= type.type->size * std::size_t{8};
        if (!integral) return value_error(value, path, "the program's BTF has no such bit field");
        const std::string width = counted(place.bits, "bit");
        const std::optional<Number> number =
            text == nullptr ? std::nullopt : read_number(type, *text);
        if (!number)
            return value_error(value, path,
                               fmt::format("{} is no value of a bit field of type {}: expected an "
                                           "integer of {}",
                                           written(value), type.name, width));
        if (!suits(type.type, *number, place.bits)) return too_large(type, value, path, width);
        Leaf leaf{path, type, place.offset / 8, Memory(type.type->size), false, place, &value};
        leaf.type.big_endian = false;
        store(two_complement(*number), leaf.encoded, false);
        return at(leaf, value);
    }

    static bool takes_address(const btf_type* type) {
        return ::btf_is_int(type) && type->size == 4;
    }

    static bool suits(const btf_type* type, const Number& number, std::size_t bits) {
        if (is_bool(type)) return !number.negative && number.magnitude <= 1;
        // Older compilers do not say whether an enum is signed.
        if (::btf_is_any_enum(type) && fits_bits(number, bits, true)) return true;
        return fits_bits(number, bits, is_signed(type));
    }

    Error no_integer(const BtfType& type, const model::Value& value,
                     const std::string& path) const {
        const std::size_t size = type.type->size;
        if (size > kIpv6Bytes) {
            return value_error(
                value, path,
                fmt::format("an integer of {} bytes cannot be written as a value", size));
        }
        return value_error(
            value, path,
            fmt::format("{} is no value of type {}: expected an integer of {}{}", written(value),
                        type.name,
                        size > sizeof(std::uint64_t) ? "at most 8 bytes" : counted(size, "byte"),
                        size == kIpv6Bytes         ? ", an IPv6 address or \"hex:...\""
                        : takes_address(type.type) ? " or an IPv4 address"
                                                   : half_enumerator(type, value)));
    }

    // Why an enumerator is not taken although BTF has it.
    [[nodiscard]] std::string half_enumerator(const BtfType& type,
                                              const model::Value& value) const {
        if (value.scalar() == nullptr || !has_half_enumerators(type.type)) return "";
        for (const auto& [name, number] : enumerators_of(types_, type.type)) {
            if (*value.scalar() == name)
                return fmt::format(" (the compiler's BTF has only 32 bits of {}: write the number)",
                                   name);
        }
        return "";
    }

    static Error too_large(const BtfType& type, const model::Value& value, const std::string& path,
                           const std::string& width) {
        const char* const kind = is_bool(type.type)        ? "0 or 1, "
                                 : is_signed(type.type)    ? "signed, "
                                 : ::btf_is_int(type.type) ? "unsigned, "
                                                           : "";
        return value_error(
            value, path,
            fmt::format("{} does not fit type {} ({}{})", *value.scalar(), type.name, kind, width));
    }

    [[nodiscard]] std::optional<Number> read_number(const BtfType& type,
                                                    const std::string& text) const {
        if (::btf_is_any_enum(type.type) && !has_half_enumerators(type.type)) {
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
                fmt::format(
                    "{} is no value of {}: expected {{ {}: ... }}{}", written(value), title,
                    fmt::join(names_of(known), ": ..., "),
                    type.type->size == kIpv6Bytes ? ", an IPv6 address or \"hex:...\"" : ""));
        }
        Fields given;
        for (const auto& [name, part] : *value.fields()) {
            const auto found =
                std::find_if(known.begin(), known.end(),
                             [&, &wanted = name](const auto& one) { return one.first == wanted; });
            if (found == known.end())
                return no_such_field(title, name, names_of(known), part, path);
            if (overlaps_ == Overlaps::refused) {
                XDPBENCH_CHECK(require_own_memory(*found, given, part, path));
                given.push_back(*found);
            }
            XDPBENCH_CHECK(one_field(*found, part, offset, path));
        }
        return {};
    }

    [[nodiscard]] std::size_t bits_of(const Field& field) const {
        return field.bits != 0 ? field.bits : type_size(types_, field.type) * 8;
    }

    // Members of a union, also through structs without a name.
    Result<void> require_own_memory(const std::pair<std::string, Field>& named, const Fields& given,
                                    const model::Value& value, const std::string& path) const {
        const auto& [name, field] = named;
        for (const auto& [other, known] : given) {
            const bool apart = known.bit_offset >= field.bit_offset + bits_of(field) ||
                               field.bit_offset >= known.bit_offset + bits_of(known);
            if (!apart)
                return value_error(
                    value, path,
                    fmt::format("{} and {} share memory: name one of them", other, name));
        }
        return {};
    }

    Result<void> one_field(const std::pair<std::string, Field>& named, const model::Value& value,
                           std::size_t offset, const std::string& path) const {
        const auto& [name, field] = named;
        const std::string place = path.empty() ? name : fmt::format("{}.{}", path, name);
        if (field.bits != 0)
            return bit_field(resolve_type(types_, field.type), value,
                             {offset * 8 + field.bit_offset, field.bits}, place);
        return walk(field.type, value, offset + field.bit_offset / 8, place);
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
        Leaf leaf{path, type, offset, Memory(shape->nelems), false, {}, &value};
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
            fmt::format("{} is no value of an array of {} of {}: expected {}", written(value),
                        counted(shape.nelems, "element"), counted(element, "byte"),
                        element == 1 ? fmt::format("{}{}a list or \"hex:...\"", most, address)
                        : element * shape.nelems == kIpv6Bytes
                            ? "a list, an IPv6 address or \"hex:...\""
                            : "a list"));
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
    Overlaps overlaps_;
    const AtLeaf* at_leaf_;
};

}  // namespace

Result<void> walk_value(const btf* types, std::uint32_t type, const model::Value& value,
                        std::size_t size, Overlaps overlaps, const AtLeaf& at_leaf) {
    return Walker(types, size, overlaps, at_leaf).walk(type, value, 0, "");
}

}  // namespace xdpbench::bpf
