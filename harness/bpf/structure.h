// Structures of a program by name (BTF).
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

struct btf;

namespace xdpbench::bpf {

// BTF id of the structure that a type is, behind typedefs and qualifiers; 0 if it is none.
[[nodiscard]] std::uint32_t structure_of(const btf* types, std::uint32_t id);

[[nodiscard]] std::string structure_name(const btf* types, std::uint32_t id);

// BTF id of the structure or typedef of that name; 0 if there is none.
[[nodiscard]] std::uint32_t structure_named(const btf* types, const std::string& name);

// As structure_named, "struct NAME" too. `what` begins the error, which offers the nearest name and
// says how a program keeps a type in its BTF.
Result<std::uint32_t> require_structure(const btf* types, std::string name,
                                        const std::string& what);

}  // namespace xdpbench::bpf
