#include "kernel/btf_value.h"

#include <arpa/inet.h>
#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <optional>

#include "base/text.h"
#include "packet/hex.h"

namespace xdpbench {
namespace {

using Bytes = std::span<std::uint8_t>;
using ConstBytes = std::span<const std::uint8_t>;

// A type with its modifiers and typedefs peeled off.
struct Resolved {
    const btf_type* type = nullptr;
    std::uint32_t id = 0;
    bool big_endian = false;  // a typedef on the way was __be16, __be32 or __be64
    std::string name;         // for a person
};

const char* type_name(const btf* types, const btf_type* type) {
    return ::btf__name_by_offset(types, type->name_off);
}

Resolved resolve(const btf* types, std::uint32_t id) {
    Resolved resolved;
    const btf_type* type = ::btf__type_by_id(types, id);
    while (type != nullptr &&
           (::btf_is_mod(type) || ::btf_is_typedef(type) || ::btf_is_type_tag(type))) {
        const std::string name = type_name(types, type);
        if (resolved.name.empty() && ::btf_is_typedef(type)) resolved.name = name;
        if (name == "__be16" || name == "__be32" || name == "__be64") resolved.big_endian = true;
        id = type->type;
        type = ::btf__type_by_id(types, id);
    }
    resolved.type = type;
    resolved.id = id;
    if (resolved.name.empty() && type != nullptr) resolved.name = type_name(types, type);
    return resolved;
}

Error value_error(const Value& value, const std::string& path, const std::string& problem) {
    const std::string where = value.where.file.empty() ? "" : value.where.text() + ": ";
    return input_error(fmt::format("{}{}{}", where, path.empty() ? "" : path + ": ", problem));
}

std::string written(const Value& value) {
    if (value.scalar() != nullptr) return fmt::format("\"{}\"", *value.scalar());
    return value.list() != nullptr ? "a list" : "a set of fields";
}

struct Number {
    bool negative = false;
    std::uint64_t magnitude = 0;
};

std::optional<Number> parse_number(std::string_view text) {
    Number number;
    if (text == "true") return Number{false, 1};
    if (text == "false") return Number{false, 0};
    if (text.starts_with('-')) {
        number.negative = true;
        text.remove_prefix(1);
    }
    int base = 10;
    if (text.starts_with("0x") || text.starts_with("0X")) {
        base = 16;
        text.remove_prefix(2);
    }
    const auto [end, code] =
        std::from_chars(text.data(), text.data() + text.size(), number.magnitude, base);
    if (code != std::errc{} || end != text.data() + text.size() || text.empty())
        return std::nullopt;
    return number;
}

bool fits(const Number& number, std::size_t size, bool is_signed) {
    const std::size_t bits = size * 8;
    if (is_signed) {
        const std::uint64_t limit = std::uint64_t{1} << (bits - 1);
        return number.negative ? number.magnitude <= limit : number.magnitude < limit;
    }
    if (number.negative) return number.magnitude == 0;
    return bits == 64 || number.magnitude >> bits == 0;
}

void store(std::uint64_t bits, Bytes out, bool big_endian) {
    big_endian = big_endian || std::endian::native == std::endian::big;
    for (std::size_t i = 0; i < out.size(); ++i) {
        const std::size_t place = big_endian ? out.size() - 1 - i : i;
        out[place] = static_cast<std::uint8_t>(bits >> (8 * i));
    }
}

std::uint64_t load(ConstBytes in, bool big_endian) {
    big_endian = big_endian || std::endian::native == std::endian::big;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < in.size(); ++i) {
        const std::size_t place = big_endian ? i : in.size() - 1 - i;
        bits = bits << 8 | in[place];
    }
    return bits;
}

// An address of exactly out.size() bytes (4 IPv4, 6 MAC, 16 IPv6), in network byte order.
bool store_address(const std::string& text, Bytes out) {
    if (out.size() == 4) return ::inet_pton(AF_INET, text.c_str(), out.data()) == 1;
    if (out.size() == 16) return ::inet_pton(AF_INET6, text.c_str(), out.data()) == 1;
    if (out.size() != 6 || text.size() != 17) return false;
    const std::vector<std::string> parts = split(text, ':');
    const Result<std::vector<std::uint8_t>> bytes = parse_hex(text);
    if (parts.size() != 6 || !bytes || bytes->size() != 6) return false;
    std::copy(bytes->begin(), bytes->end(), out.begin());
    return true;
}

std::string address_text(ConstBytes bytes) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (bytes.size() == 4) return ::inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
    if (bytes.size() == 16) return ::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size());
    return fmt::format("{:02x}", fmt::join(bytes, ":"));
}

std::size_t type_size(const btf* types, std::uint32_t id) {
    const std::int64_t size = ::btf__resolve_size(types, id);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

// Walks a type and a value side by side; what is done at a leaf differs between writing and
// comparing.
class Leaf {
  public:
    Leaf() = default;
    Leaf(const Leaf&) = delete;
    Leaf& operator=(const Leaf&) = delete;
    Leaf(Leaf&&) = delete;
    Leaf& operator=(Leaf&&) = delete;
    virtual ~Leaf() = default;
    // `encoded` is what the value says; it belongs at `offset` of the memory.
    virtual void at(const std::string& path, const Resolved& type, std::size_t offset,
                    ConstBytes encoded) = 0;
};

class Walker {
  public:
    Walker(const btf* types, Leaf& leaf) : types_(types), leaf_(leaf) {}

    Result<void> walk(std::uint32_t id, const Value& value, std::size_t offset,
                      const std::string& path) {
        const Resolved type = resolve(types_, id);
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
    Result<void> integer(const Resolved& type, const Value& value, std::size_t offset,
                         const std::string& path) {
        const std::size_t size = type.type->size;
        const bool is_signed =
            ::btf_is_int(type.type) && (::btf_int_encoding(type.type) & BTF_INT_SIGNED) != 0;
        std::array<std::uint8_t, 16> storage{};
        const Bytes out = Bytes(storage).first(std::min<std::size_t>(size, storage.size()));
        const auto expected = [&] {
            return value_error(
                value, path,
                fmt::format("{} is no value of type {}: expected {}", written(value), type.name,
                            size == 4 ? "an integer of 4 bytes or an IPv4 address"
                                      : fmt::format("an integer of {} bytes", size)));
        };
        const std::string* const text = value.scalar();
        if (text == nullptr) return expected();
        if (std::optional<Number> number = number_or_enumerator(type, *text)) {
            if (!fits(*number, size, is_signed)) {
                return value_error(
                    value, path,
                    fmt::format("{} does not fit type {} ({} {})", *text, type.name,
                                is_signed ? "signed" : "unsigned", counted(size, "byte")));
            }
            const std::uint64_t bits =
                number->negative ? ~number->magnitude + 1 : number->magnitude;
            store(bits, out, type.big_endian);
        } else if (size != 4 || !store_address(*text, out)) {
            return expected();
        }
        leaf_.at(path, type, offset, out);
        return {};
    }

    std::optional<Number> number_or_enumerator(const Resolved& type,
                                               const std::string& text) const {
        if (::btf_is_enum(type.type)) {
            const struct btf_enum* const values = ::btf_enum(type.type);
            for (unsigned i = 0; i < ::btf_vlen(type.type); ++i) {
                if (text != ::btf__name_by_offset(types_, values[i].name_off)) continue;
                const std::int64_t number = values[i].val;
                return Number{number < 0,
                              static_cast<std::uint64_t>(number < 0 ? -number : number)};
            }
        }
        return parse_number(text);
    }

    Result<void> fields(const Resolved& type, const Value& value, std::size_t offset,
                        const std::string& path) {
        if (value.fields() == nullptr) {
            return value_error(
                value, path,
                fmt::format("{} is no value of struct {}: expected {}", written(value), type.name,
                            "{ " +
                                fmt::format("{}: ...", fmt::join(member_names(type), ": ..., ")) +
                                " }"));
        }
        for (const auto& [name, field] : *value.fields()) {
            const btf_member* const member = find_member(type, name);
            if (member == nullptr) {
                const std::vector<std::string> names = member_names(type);
                const std::optional<std::string> near = nearest(name, names);
                return value_error(
                    field, path,
                    fmt::format("struct {} has no field {}{}; it has: {}", type.name, name,
                                near ? fmt::format(" (did you mean {}?)", *near) : "",
                                fmt::join(names, ", ")));
            }
            const auto index = static_cast<unsigned>(member - ::btf_members(type.type));
            if (::btf_member_bitfield_size(type.type, index) != 0) {
                return value_error(
                    field, path,
                    fmt::format("field {} is a bit field, which cannot be written as a value",
                                name));
            }
            XDPBENCH_CHECK(walk(member->type, field,
                                offset + ::btf_member_bit_offset(type.type, index) / 8,
                                path.empty() ? name : path + "." + name));
        }
        return {};
    }

    std::vector<std::string> member_names(const Resolved& type) const {
        std::vector<std::string> names;
        for (unsigned i = 0; i < ::btf_vlen(type.type); ++i)
            names.emplace_back(::btf__name_by_offset(types_, ::btf_members(type.type)[i].name_off));
        return names;
    }

    const btf_member* find_member(const Resolved& type, const std::string& name) const {
        const btf_member* const members = ::btf_members(type.type);
        for (unsigned i = 0; i < ::btf_vlen(type.type); ++i) {
            if (name == ::btf__name_by_offset(types_, members[i].name_off)) return &members[i];
        }
        return nullptr;
    }

    Result<void> array(const Resolved& type, const Value& value, std::size_t offset,
                       const std::string& path) {
        const struct btf_array* const shape = ::btf_array(type.type);
        const std::size_t element = type_size(types_, shape->type);
        if (const Value::List* const list = value.list()) {
            if (list->size() > shape->nelems) {
                return value_error(value, path,
                                   fmt::format("{} given for an array of {}",
                                               counted(list->size(), "element"), shape->nelems));
            }
            for (std::size_t i = 0; i < list->size(); ++i) {
                XDPBENCH_CHECK(walk(shape->type, (*list)[i], offset + i * element,
                                    fmt::format("{}[{}]", path, i)));
            }
            return {};
        }
        const std::string* const text = value.scalar();
        std::vector<std::uint8_t> bytes(shape->nelems);
        if (text == nullptr || element != 1 ||
            !store_bytes(*text, resolve(types_, shape->type), bytes)) {
            const char* const address = shape->nelems == 4    ? "an IPv4 address, "
                                        : shape->nelems == 6  ? "a MAC address, "
                                        : shape->nelems == 16 ? "an IPv6 address, "
                                                              : "";
            return value_error(
                value, path,
                fmt::format(
                    "{} is no value of an array of {} elements of {}: expected {}", written(value),
                    shape->nelems, counted(element, "byte"),
                    element == 1 ? fmt::format("{}a list or \"hex:...\"", address) : "a list"));
        }
        leaf_.at(path, type, offset, bytes);
        return {};
    }

    static bool store_bytes(const std::string& text, const Resolved& element,
                            std::vector<std::uint8_t>& out) {
        if (text.starts_with("hex:")) {
            const Result<std::vector<std::uint8_t>> bytes =
                parse_hex(std::string_view(text).substr(4));
            if (!bytes || bytes->size() != out.size()) return false;
            out = *bytes;
            return true;
        }
        if (store_address(text, out)) return true;
        if (element.name != "char" || text.size() >= out.size()) return false;
        std::copy(text.begin(), text.end(), out.begin());
        return true;
    }

    const btf* types_;
    Leaf& leaf_;
};

class Writer : public Leaf {
  public:
    explicit Writer(Bytes out) : out_(out) {}
    void at(const std::string& /*path*/, const Resolved& /*type*/, std::size_t offset,
            ConstBytes encoded) override {
        std::copy(encoded.begin(), encoded.end(),
                  out_.begin() + static_cast<std::ptrdiff_t>(offset));
    }

  private:
    Bytes out_;
};

std::string leaf_text(const Resolved& type, ConstBytes bytes) {
    if (!::btf_is_int(type.type)) {
        const bool address = bytes.size() == 4 || bytes.size() == 6 || bytes.size() == 16;
        return ::btf_is_array(type.type) ? (address ? address_text(bytes) : to_hex(bytes))
                                         : fmt::format("{}", load(bytes, false));
    }
    if (type.big_endian && bytes.size() == 4) return address_text(bytes);
    const std::uint64_t bits = load(bytes, type.big_endian);
    const bool is_signed = (::btf_int_encoding(type.type) & BTF_INT_SIGNED) != 0;
    if (!is_signed) return fmt::format("{}", bits);
    const std::size_t shift = 64 - 8 * bytes.size();
    return fmt::format("{}", static_cast<std::int64_t>(bits << shift) >> shift);
}

class Comparer : public Leaf {
  public:
    explicit Comparer(ConstBytes memory) : memory_(memory) {}
    void at(const std::string& path, const Resolved& type, std::size_t offset,
            ConstBytes encoded) override {
        const ConstBytes actual = memory_.subspan(offset, encoded.size());
        if (std::equal(encoded.begin(), encoded.end(), actual.begin())) return;
        differences.push_back({path, leaf_text(type, encoded), leaf_text(type, actual)});
    }
    std::vector<ValueDifference> differences;

  private:
    ConstBytes memory_;
};

}  // namespace

Result<void> encode_value(const btf* types, std::uint32_t type, const Value& value,
                          std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    Writer writer(out);
    return Walker(types, writer).walk(type, value, 0, "");
}

Result<void> encode_untyped(const Value& value, std::span<std::uint8_t> out) {
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    const std::string* const text = value.scalar();
    if (text != nullptr) {
        const std::optional<Number> number = parse_number(*text);
        const bool integral =
            out.size() == 1 || out.size() == 2 || out.size() == 4 || out.size() == 8;
        if (number && integral && fits(*number, out.size(), number->negative)) {
            store(number->negative ? ~number->magnitude + 1 : number->magnitude, out, false);
            return {};
        }
        if (store_address(*text, out)) return {};
        if (text->starts_with("hex:")) {
            const Result<std::vector<std::uint8_t>> bytes =
                parse_hex(std::string_view(*text).substr(4));
            if (bytes && bytes->size() == out.size()) {
                std::copy(bytes->begin(), bytes->end(), out.begin());
                return {};
            }
        }
    }
    return value_error(value, "",
                       fmt::format("{} is no value of {}: the map has no BTF, so an integer, an "
                                   "address or \"hex:...\" of that size was expected",
                                   written(value), counted(out.size(), "byte")));
}

Result<std::vector<ValueDifference>> compare_value(const btf* types, std::uint32_t type,
                                                   const Value& expected,
                                                   std::span<const std::uint8_t> memory) {
    Comparer comparer(memory);
    XDPBENCH_CHECK(Walker(types, comparer).walk(type, expected, 0, ""));
    return std::move(comparer.differences);
}

Result<std::vector<ValueDifference>> compare_untyped(const Value& expected,
                                                     std::span<const std::uint8_t> memory) {
    std::vector<std::uint8_t> encoded(memory.size());
    XDPBENCH_CHECK(encode_untyped(expected, encoded));
    std::vector<ValueDifference> differences;
    if (!std::equal(encoded.begin(), encoded.end(), memory.begin())) {
        differences.push_back({"", "hex:" + to_hex(encoded), "hex:" + to_hex(memory)});
    }
    return differences;
}

void add_values(const btf* types, std::uint32_t id, std::span<const std::uint8_t> from,
                std::span<std::uint8_t> into) {
    const Resolved type = resolve(types, id);
    if (type.type == nullptr) return;
    if (::btf_is_int(type.type) && type.type->size <= sizeof(std::uint64_t)) {
        const std::size_t size = type.type->size;
        const std::uint64_t sum =
            load(from.first(size), type.big_endian) + load(into.first(size), type.big_endian);
        store(sum, into.first(size), type.big_endian);
    } else if (::btf_is_composite(type.type)) {
        // The members of a union are the same memory: only the first one is added.
        const unsigned members = ::btf_is_union(type.type)
                                     ? std::min(1U, unsigned{::btf_vlen(type.type)})
                                     : ::btf_vlen(type.type);
        for (unsigned i = 0; i < members; ++i) {
            const std::size_t offset = ::btf_member_bit_offset(type.type, i) / 8;
            if (::btf_member_bitfield_size(type.type, i) != 0) continue;
            add_values(types, ::btf_members(type.type)[i].type, from.subspan(offset),
                       into.subspan(offset));
        }
    } else if (::btf_is_array(type.type)) {
        const struct btf_array* const shape = ::btf_array(type.type);
        const std::size_t element = type_size(types, shape->type);
        for (std::size_t i = 0; i < shape->nelems; ++i) {
            add_values(types, shape->type, from.subspan(i * element), into.subspan(i * element));
        }
    }
}

}  // namespace xdpbench
