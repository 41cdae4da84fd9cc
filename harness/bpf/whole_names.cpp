#include "bpf/whole_names.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <cstddef>
#include <optional>

#include "base/number.h"
#include "bpf/opened_map.h"

namespace xdpbench::bpf {
namespace {

constexpr std::size_t kKept = BPF_OBJ_NAME_LEN - 1;
constexpr std::string_view kBeforeId = " (id ";

const btf_type* without_modifiers(const btf* types, std::uint32_t id) {
    const btf_type* type = ::btf__type_by_id(types, id);
    while (type != nullptr && (::btf_is_mod(type) || ::btf_is_typedef(type)))
        type = ::btf__type_by_id(types, type->type);
    return type;
}

// What a map's definition says: a structure with members that point to what they mean, of __type()
// to the type, of __uint() to an array of so many.
class Definition {
  public:
    Definition(const btf* types, std::uint32_t variable)
        : types_(types),
          structure_(without_modifiers(types, ::btf__type_by_id(types, variable)->type)) {}

    // Whether a loaded map may be this one. How many entries it has room for, a loader may change.
    [[nodiscard]] bool fits(const bpf_map_info& info) const {
        return structure_ != nullptr && ::btf_is_struct(structure_) &&
               says(number("type"), info.type) && says(number("key_size"), info.key_size) &&
               says(number("value_size"), info.value_size) &&
               says_type("key", info.btf_key_type_id, info.key_size) &&
               says_type("value", info.btf_value_type_id, info.value_size);
    }

  private:
    static bool says(std::optional<std::uint32_t> said, std::uint32_t is) {
        return !said || *said == is;
    }

    [[nodiscard]] bool says_type(std::string_view member, std::uint32_t type,
                                 std::uint32_t size) const {
        const std::optional<std::uint32_t> said = target(member);
        if (!said) return true;
        if (type != 0) return *said == type;
        return ::btf__resolve_size(types_, *said) == static_cast<std::int64_t>(size);
    }

    // What a member points to.
    [[nodiscard]] std::optional<std::uint32_t> target(std::string_view name) const {
        for (unsigned i = 0; i < ::btf_vlen(structure_); ++i) {
            const btf_member& member = ::btf_members(structure_)[i];
            if (name != ::btf__name_by_offset(types_, member.name_off)) continue;
            const btf_type* const pointer = ::btf__type_by_id(types_, member.type);
            if (pointer != nullptr && ::btf_is_ptr(pointer)) return pointer->type;
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<std::uint32_t> number(std::string_view name) const {
        const std::optional<std::uint32_t> id = target(name);
        const btf_type* const array = id ? ::btf__type_by_id(types_, *id) : nullptr;
        if (array == nullptr || !::btf_is_array(array)) return std::nullopt;
        return ::btf_array(array)->nelems;
    }

    const btf* types_;
    const btf_type* structure_;
};

// The variables of definitions whose names begin so.
std::vector<std::uint32_t> definitions_of(const btf* types, const std::string& begin) {
    const std::int32_t maps = ::btf__find_by_name_kind(types, ".maps", BTF_KIND_DATASEC);
    std::vector<std::uint32_t> variables;
    if (maps < 0) return variables;
    const btf_type* const section = ::btf__type_by_id(types, static_cast<std::uint32_t>(maps));
    for (unsigned i = 0; i < ::btf_vlen(section); ++i) {
        const std::uint32_t id = ::btf_var_secinfos(section)[i].type;
        const std::string name =
            ::btf__name_by_offset(types, ::btf__type_by_id(types, id)->name_off);
        if (name.starts_with(begin)) variables.push_back(id);
    }
    return variables;
}

std::vector<std::string> ids_of(const std::string& name, const std::vector<TypedMap>& maps) {
    const std::string begin = std::string(kept_name(name)) + std::string(kBeforeId);
    std::vector<std::string> ids;
    for (const TypedMap& map : maps) {
        if (map.name.starts_with(begin))
            ids.push_back(map.name.substr(begin.size(), map.name.size() - begin.size() - 1));
    }
    return ids;
}

}  // namespace

std::string whole_map_name(const btf* types, const bpf_map_info& info) {
    const std::string name = info.name;
    if (types == nullptr || name.size() < kKept) return name;
    std::vector<std::uint32_t> variables = definitions_of(types, name);
    if (variables.size() > 1)
        std::erase_if(variables, [&](std::uint32_t variable) {
            return !Definition(types, variable).fits(info);
        });
    if (variables.size() > 1) return name_with_id(name, info.id);
    if (variables.empty()) return name;
    return ::btf__name_by_offset(types, ::btf__type_by_id(types, variables.front())->name_off);
}

std::string name_with_id(const std::string& name, std::uint32_t id) {
    return fmt::format("{}{}{})", name, kBeforeId, id);
}

std::string whole_program_name(int program_fd, const bpf_prog_info& info, const btf* types) {
    const std::string name = info.name;
    if (types == nullptr || name.size() < kKept) return name;
    bpf_func_info first = {};
    bpf_prog_info asked = {};
    std::uint32_t size = sizeof(asked);
    asked.nr_func_info = 1;
    asked.func_info_rec_size = sizeof(first);
    asked.func_info = reinterpret_cast<std::uint64_t>(&first);
    if (::bpf_obj_get_info_by_fd(program_fd, &asked, &size) != 0 || first.type_id == 0) return name;
    const btf_type* const function = ::btf__type_by_id(types, first.type_id);
    if (function == nullptr || !::btf_is_func(function)) return name;
    std::string whole = ::btf__name_by_offset(types, function->name_off);
    return whole.starts_with(name) ? whole : name;
}

std::string_view kept_name(std::string_view name) { return name.substr(0, kKept); }

bool is_cut_name(std::string_view name) {
    return name.size() == kKept || name.substr(kept_name(name).size()).starts_with(kBeforeId);
}

Result<std::string> map_name_of(const std::string& typed, const std::vector<TypedMap>& maps) {
    if (const auto id = parse_number<std::uint32_t>(typed)) {
        for (const TypedMap& map : maps) {
            if (map.fd < 0) continue;
            XDPBENCH_TRY(const std::uint32_t own, id_of_map(map));
            if (own == *id) return map.name;
        }
    }
    const std::vector<std::string> ids = ids_of(typed, maps);
    const bool told = std::any_of(maps.begin(), maps.end(),
                                  [&](const TypedMap& map) { return map.name == typed; });
    if (told || ids.empty()) return typed;
    return input_error(
        fmt::format("which map is {} cannot be told: of several whose names begin alike the kernel "
                    "keeps the same 15 characters; it may be the one with id {}",
                    typed, fmt::join(ids, " or ")),
        fmt::format("name one by its id: {}[KEY]; bpftool map list shows them", ids.front()));
}

}  // namespace xdpbench::bpf
