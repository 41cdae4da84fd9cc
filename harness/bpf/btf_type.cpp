#include "bpf/btf_type.h"

#include <bpf/btf.h>

#include <algorithm>

#include "bpf/value_text.h"
#include "packet/hex.h"

namespace xdpbench::bpf {
namespace {

constexpr int kMostModifiers = 32;  // around one type; more is a cycle in broken BTF

bool is_wrapper(const btf_type* type) {
    return ::btf_is_mod(type) || ::btf_is_typedef(type) || ::btf_is_type_tag(type);
}

}  // namespace

std::string name_at(const btf* types, std::uint32_t offset) {
    const char* const name = ::btf__name_by_offset(types, offset);
    return name == nullptr ? "" : name;
}

BtfType resolve_type(const btf* types, std::uint32_t id) {
    BtfType resolved;
    const btf_type* type = ::btf__type_by_id(types, id);
    for (int i = 0; type != nullptr && is_wrapper(type); ++i) {
        if (i == kMostModifiers) return {};
        const std::string name = name_at(types, type->name_off);
        if (resolved.name.empty() && ::btf_is_typedef(type)) resolved.name = name;
        if (name == "__be16" || name == "__be32" || name == "__be64") resolved.big_endian = true;
        type = ::btf__type_by_id(types, type->type);
    }
    resolved.type = type;
    if (resolved.name.empty() && type != nullptr) resolved.name = name_at(types, type->name_off);
    return resolved;
}

bool is_signed(const btf_type* type) {
    return ::btf_is_int(type) && (::btf_int_encoding(type) & BTF_INT_SIGNED) != 0;
}

bool is_bool(const btf_type* type) {
    return ::btf_is_int(type) && (::btf_int_encoding(type) & BTF_INT_BOOL) != 0;
}

bool is_char(const btf* types, const btf_type* type) {
    return type != nullptr && ::btf_is_int(type) && type->size == 1 &&
           name_at(types, type->name_off) == "char";
}

std::vector<std::pair<std::string, Number>> enumerators_of(const btf* types, const btf_type* type) {
    std::vector<std::pair<std::string, Number>> found;
    const bool wide = ::btf_is_enum64(type);
    const bool unsigned_wide = wide && !::btf_kflag(type);
    for (unsigned i = 0; i < ::btf_vlen(type); ++i) {
        if (!wide) {
            const struct btf_enum& one = ::btf_enum(type)[i];
            found.emplace_back(name_at(types, one.name_off), from_signed(one.val));
            continue;
        }
        const struct btf_enum64& one = ::btf_enum64(type)[i];
        const std::uint64_t bits = std::uint64_t{one.val_hi32} << 32 | one.val_lo32;
        found.emplace_back(
            name_at(types, one.name_off),
            unsigned_wide ? Number{false, bits} : from_signed(static_cast<std::int64_t>(bits)));
    }
    return found;
}

bool has_half_enumerators(const btf_type* type) {
    return ::btf_is_enum(type) && type->size == sizeof(std::uint64_t);
}

bool has_signed_bits(const btf* types, const btf_type* type) {
    if (!::btf_is_any_enum(type)) return is_signed(type);
    const auto all = enumerators_of(types, type);
    return std::any_of(all.begin(), all.end(), [](const auto& one) { return one.second.negative; });
}

std::size_t type_size(const btf* types, std::uint32_t id) {
    const std::int64_t size = ::btf__resolve_size(types, id);
    return size < 0 ? 0 : static_cast<std::size_t>(size);
}

std::string integer_text(const btf* types, const BtfType& type, ByteView bytes) {
    if (bytes.size() > sizeof(std::uint64_t)) return "hex:" + packet::to_hex(bytes);
    const std::uint64_t bits = load(bytes, type.big_endian);
    if (::btf_is_int(type.type)) return number_text(bits, bytes.size(), is_signed(type.type));
    bool negative = false;
    for (const auto& [name, number] : enumerators_of(types, type.type)) {
        std::vector<std::uint8_t> one(bytes.size());
        store(two_complement(number), one, type.big_endian);
        if (!has_half_enumerators(type.type) && std::equal(one.begin(), one.end(), bytes.begin()))
            return name;
        negative = negative || number.negative;
    }
    return number_text(bits, bytes.size(), negative);
}

}  // namespace xdpbench::bpf
