// Types of BTF as a person means them: looked through their modifiers and typedefs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "bpf/value_text.h"

struct btf;
struct btf_type;

namespace xdpbench::bpf {

// Structs and arrays in one another; more is a cycle in broken BTF.
constexpr int kDeepestType = 32;

// A type with its modifiers and typedefs peeled off.
struct BtfType {
    const btf_type* type = nullptr;  // null: there is none of that id, or BTF is broken
    std::string name;                // for a person: of the outermost typedef, else the type's own
    bool big_endian = false;         // a typedef on the way was __be16, __be32 or __be64
};

[[nodiscard]] BtfType resolve_type(const btf* types, std::uint32_t id);

// The string at an offset of BTF's string section: "" for what has no name.
[[nodiscard]] std::string name_at(const btf* types, std::uint32_t offset);

// Of integers: whether BTF calls them signed, bool, or a char of any sign.
[[nodiscard]] bool is_signed(const btf_type* type);
[[nodiscard]] bool is_bool(const btf_type* type);
[[nodiscard]] bool is_char(const btf* types, const btf_type* type);

// The enumerators of a type with their values. (BTF has enums of 8 bytes as another kind.)
[[nodiscard]] std::vector<std::pair<std::string, Number>> enumerators_of(const btf* types,
                                                                         const btf_type* type);

// Whether BTF has only the lower half of each: of an enum of 64 bits, from clang before 15.
[[nodiscard]] bool has_half_enumerators(const btf_type* type);

// Whether a bit field of this type has a sign: of a signed integer, of an enum with negative
// values.
[[nodiscard]] bool has_signed_bits(const btf* types, const btf_type* type);

// In bytes; 0 for what has no size, as a function.
[[nodiscard]] std::size_t type_size(const btf* types, std::uint32_t id);

// An integer in decimal, or an enumerator by its name; `bytes` are all of it, at most 8.
[[nodiscard]] std::string integer_text(const btf* types, const BtfType& type, ByteView bytes);

}  // namespace xdpbench::bpf
