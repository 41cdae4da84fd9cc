// The part of Program that sets its global variables before it is loaded, and reads them
// afterwards.
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <span>

#include "base/text.h"
#include "bpf/btf_value.h"
#include "bpf/program.h"
#include "bpf/value_text.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

// A global variable: where it is and what type it has.
struct Global {
    std::string name;
    std::string section;  // ".rodata"
    std::uint32_t type = 0;
    std::size_t offset = 0;  // in the section
    std::size_t size = 0;
};

bool is_data_section(std::string_view name) {
    for (const std::string_view known : {".rodata", ".data", ".bss"}) {
        if (name == known || (name.starts_with(known) && name[known.size()] == '.')) return true;
    }
    return false;
}

std::vector<Global> globals_of(const btf* types) {
    std::vector<Global> globals;
    const std::uint32_t count = types == nullptr ? 0 : ::btf__type_cnt(types);
    for (std::uint32_t id = 1; id < count; ++id) {
        const btf_type* const section = ::btf__type_by_id(types, id);
        if (!::btf_is_datasec(section)) continue;
        const std::string name = ::btf__name_by_offset(types, section->name_off);
        if (!is_data_section(name)) continue;
        for (unsigned i = 0; i < ::btf_vlen(section); ++i) {
            const btf_var_secinfo& place = ::btf_var_secinfos(section)[i];
            const btf_type* const variable = ::btf__type_by_id(types, place.type);
            if (variable == nullptr || !::btf_is_var(variable)) continue;
            globals.push_back({::btf__name_by_offset(types, variable->name_off), name,
                               variable->type, place.offset, place.size});
        }
    }
    return globals;
}

std::optional<Global> find_global(const btf* types, const std::string& name) {
    for (Global& global : globals_of(types)) {
        if (global.name == name) return std::move(global);
    }
    return std::nullopt;
}

// What a section holds before the object is loaded; empty if libbpf has no access.
std::span<std::uint8_t> section_memory(bpf_map* map) {
    if (map == nullptr) return {};
    std::size_t size = 0;
    // libbpf gives the memory as constant only to callers who load later, which is checked.
    auto* const memory = const_cast<void*>(::bpf_map__initial_value(map, &size));
    if (memory == nullptr) return {};
    return {static_cast<std::uint8_t*>(memory), size};
}

// What a variable of a loaded object holds now.
Result<MapBytes> read_memory(const Program& program, const Global& global) {
    const std::optional<TypedMap> map = program.find_map(global.section);
    MapBytes section(map ? map->value.size : 0);
    if (global.offset > section.size() || global.size > section.size() - global.offset)
        return input_error(fmt::format("global {} cannot be read: it is not in section {}",
                                       global.name, global.section));
    const std::uint32_t only = 0;
    if (::bpf_map_lookup_elem(map->fd, &only, section.data()) != 0)
        return system_error("cannot read global " + global.name, errno);
    const auto start = section.begin() + static_cast<std::ptrdiff_t>(global.offset);
    return MapBytes(start, start + static_cast<std::ptrdiff_t>(global.size));
}

}  // namespace

std::vector<std::string> Program::global_names() const {
    std::vector<std::string> names;
    for (const Global& global : globals_of(types())) names.push_back(global.name);
    return names;
}

Result<void> Program::set_global(const scenario::GlobalSetting& setting) {
    const model::Location& where = setting.value.where;
    XDPBENCH_TRY(const ElementType type, require_global(setting));
    const std::optional<Global> found = find_global(type.types, setting.name);
    const std::span<std::uint8_t> memory = section_memory(definition_of(found->section));
    if (found->offset > memory.size() || found->size > memory.size() - found->offset) {
        return scenario::error_at(
            where, fmt::format("global {} cannot be set: libbpf has no access to section {}",
                               setting.name, found->section));
    }
    Result<void> encoded = encode_value(type.types, type.id, setting.value,
                                        memory.subspan(found->offset, found->size));
    if (!encoded) return encoded.error().in("global " + setting.name);
    return {};
}

Result<void> Program::require_global_value(const scenario::GlobalSetting& setting) const {
    XDPBENCH_TRY(const std::vector<std::string> differences, compare_globals({setting}));
    if (differences.empty()) return {};
    return scenario::error_at(
        setting.value.where,
        fmt::format("{} is loaded, and its global variables stay as they are: {}", path_.string(),
                    differences.front()));
}

Result<std::optional<std::uint64_t>> Program::read_counter(const std::string& global) const {
    const std::optional<Global> found = find_global(types(), global);
    if (!found || found->size > sizeof(std::uint64_t)) return std::optional<std::uint64_t>();
    XDPBENCH_TRY(const MapBytes memory, read_memory(*this, *found));
    return std::optional<std::uint64_t>(bpf::load(memory, false));
}

Result<std::vector<StoredGlobal>> Program::read_globals() const {
    std::vector<StoredGlobal> globals;
    for (const Global& global : globals_of(types())) {
        if (global.section.starts_with(".rodata")) continue;
        XDPBENCH_TRY(MapBytes memory, read_memory(*this, global));
        globals.push_back({global.name, {types(), global.type, global.size}, std::move(memory)});
    }
    return globals;
}

Result<void> Program::validate_globals(const std::vector<scenario::GlobalSetting>& expected) const {
    for (const scenario::GlobalSetting& one : expected) {
        XDPBENCH_TRY(const ElementType type, require_global(one));
        const Result<MapBytes> fits = encode(type, one.value);
        if (!fits) return fits.error().in("global " + one.name);
    }
    return {};
}

Result<std::vector<std::string>> Program::compare_globals(
    const std::vector<scenario::GlobalSetting>& expected) const {
    std::vector<std::string> lines;
    for (const scenario::GlobalSetting& one : expected) {
        XDPBENCH_TRY(const StoredGlobal now, read_global(one));
        Result<std::vector<ValueDifference>> differences =
            compare_value(now.type.types, now.type.id, one.value, now.memory);
        if (!differences) return differences.error().in("global " + one.name);
        for (const ValueDifference& difference : *differences) {
            const bool joined = difference.path.empty() || difference.path[0] == '[';
            lines.push_back(fmt::format("global {}{}{}: expected {}, got {}", one.name,
                                        joined ? "" : ".", difference.path, difference.expected,
                                        difference.actual));
        }
    }
    return lines;
}

Result<StoredGlobal> Program::read_global(const scenario::GlobalSetting& setting) const {
    XDPBENCH_TRY(const ElementType type, require_global(setting));
    const std::optional<Global> global = find_global(type.types, setting.name);
    XDPBENCH_TRY(MapBytes memory, read_memory(*this, *global));
    return StoredGlobal{setting.name, type, std::move(memory)};
}

Result<ElementType> Program::require_global(const scenario::GlobalSetting& setting) const {
    const std::string file = path_.filename().string();
    if (types() == nullptr) {
        Error error = scenario::error_at(
            setting.value.where, fmt::format("global {} is not known: {} has no BTF, which tells "
                                             "where it is",
                                             setting.name, file));
        error.advice = "compile it with clang -g, and do not strip BTF";
        return error;
    }
    const std::optional<Global> found = find_global(types(), setting.name);
    if (found) return ElementType{types(), found->type, found->size};
    return scenario::error_at(setting.value.where,
                              fmt::format("{} has no global {}{}", file, setting.name,
                                          what_there_is(setting.name, global_names())));
}

}  // namespace xdpbench::bpf
