#include "bpf/structure.h"

#include <bpf/btf.h>
#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "base/text.h"

namespace xdpbench::bpf {
namespace {

std::vector<std::string> structure_names(const btf* types) {
    std::vector<std::string> names;
    const std::uint32_t count = ::btf__type_cnt(types);
    for (std::uint32_t id = 1; id < count; ++id) {
        if (!::btf_is_struct(::btf__type_by_id(types, id))) continue;
        std::string name = structure_name(types, id);
        if (!name.empty()) names.push_back(std::move(name));
    }
    return names;
}

}  // namespace

std::uint32_t structure_of(const btf* types, std::uint32_t id) {
    const btf_type* type = ::btf__type_by_id(types, id);
    constexpr int kMostWrappers = 32;
    for (int i = 0; i < kMostWrappers && type != nullptr; ++i) {
        if (::btf_is_struct(type)) return id;
        if (!::btf_is_mod(type) && !::btf_is_typedef(type) && !::btf_is_type_tag(type)) return 0;
        id = type->type;
        type = ::btf__type_by_id(types, id);
    }
    return 0;
}

std::string structure_name(const btf* types, std::uint32_t id) {
    const char* const name = ::btf__name_by_offset(types, ::btf__type_by_id(types, id)->name_off);
    return name == nullptr ? "" : name;
}

std::uint32_t structure_named(const btf* types, const std::string& name) {
    const std::int32_t id = ::btf__find_by_name_kind(types, name.c_str(), BTF_KIND_STRUCT);
    if (id > 0) return static_cast<std::uint32_t>(id);
    const std::int32_t alias = ::btf__find_by_name_kind(types, name.c_str(), BTF_KIND_TYPEDEF);
    return alias > 0 ? structure_of(types, static_cast<std::uint32_t>(alias)) : 0;
}

Result<std::uint32_t> require_structure(const btf* types, std::string name,
                                        const std::string& what) {
    constexpr std::string_view kStruct = "struct ";
    if (name.starts_with(kStruct)) name = trim(std::string_view(name).substr(kStruct.size()));
    if (types == nullptr) {
        return input_error(
            fmt::format("{}: there is no struct {}, the object has no BTF", what, name),
            "compile it with clang -g, and do not strip BTF");
    }
    if (const std::uint32_t id = structure_named(types, name)) return id;
    return input_error(
        fmt::format("{}: the program's BTF has no struct {}{}", what, name,
                    did_you_mean(name, structure_names(types))),
        fmt::format("the compiler keeps only what maps, functions and globals mention: add to the "
                    "program: const struct {} *unused __attribute__((unused));",
                    name));
}

}  // namespace xdpbench::bpf
