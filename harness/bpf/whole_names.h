// The whole names of programs and maps, of which the kernel keeps 15 characters.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bpf/typed_map.h"

struct bpf_map_info;
struct bpf_prog_info;
struct btf;

namespace xdpbench::bpf {

// Of a map, by the definitions that the types have. "NAME (id N)" with the 15 characters if several
// of them fit; the 15 characters if none does.
[[nodiscard]] std::string whole_map_name(const btf* types, const bpf_map_info& info);

// "NAME (id N)".
[[nodiscard]] std::string name_with_id(const std::string& name, std::uint32_t id);

// Of a program, by the type of its first function.
[[nodiscard]] std::string whole_program_name(int program_fd, const bpf_prog_info& info,
                                             const btf* types);

// The 15 characters that the kernel keeps.
[[nodiscard]] std::string_view kept_name(std::string_view name);

// Whether that is all that is known: 15 characters, or "NAME (id N)".
[[nodiscard]] bool is_cut_name(std::string_view name);

// The name of the map that is meant: by its name, or, of a loaded map, by its id. The error for a
// name that several maps may have lists their ids. Any other name is returned as it is.
Result<std::string> map_name_of(const std::string& typed, const std::vector<TypedMap>& maps);

}  // namespace xdpbench::bpf
