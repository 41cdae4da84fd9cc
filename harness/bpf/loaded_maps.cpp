#include "bpf/loaded_maps.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <map>

#include "base/text.h"
#include "bpf/whole_names.h"

namespace xdpbench::bpf {
void ProgramMaps::Free::operator()(btf* types) const { ::btf__free(types); }

Result<LoadedInfo> read_loaded_info(int program_fd) {
    LoadedInfo loaded;
    // The first call says how many there are.
    for (int i = 0; i < 2; ++i) {
        bpf_prog_info info = {};
        std::uint32_t size = sizeof(info);
        info.nr_map_ids = static_cast<std::uint32_t>(loaded.map_ids.size());
        info.map_ids = reinterpret_cast<std::uint64_t>(loaded.map_ids.data());
        info.xlated_prog_len =
            static_cast<std::uint32_t>(loaded.instructions.size() * sizeof(std::uint64_t));
        info.xlated_prog_insns = reinterpret_cast<std::uint64_t>(loaded.instructions.data());
        if (::bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0)
            return system_error("cannot read the kernel's information on a program", errno);
        loaded.map_ids.resize(info.nr_map_ids);
        // Without the right to see them the kernel gives no instructions, and no pointer back.
        const bool shown = i == 0 || info.xlated_prog_insns != 0;
        loaded.instructions.resize(shown ? info.xlated_prog_len / sizeof(std::uint64_t) : 0);
    }
    return loaded;
}

Result<ProgramMaps> ProgramMaps::open(std::uint32_t program_id) {
    ProgramMaps maps;
    XDPBENCH_CHECK(maps.add_maps_of(program_id, nullptr));
    maps.tell_apart();
    return maps;
}

Result<ProgramMaps> ProgramMaps::others_of(const std::vector<std::uint32_t>& programs) const {
    ProgramMaps maps;
    for (const std::uint32_t id : programs) XDPBENCH_CHECK(maps.add_maps_of(id, this));
    return maps;
}

bool ProgramMaps::has(std::uint32_t map_id) const {
    return std::any_of(maps_.begin(), maps_.end(),
                       [map_id](const Opened& opened) { return opened.id == map_id; });
}

Result<void> ProgramMaps::add_maps_of(std::uint32_t program_id, const ProgramMaps* without) {
    const UniqueFd program(::bpf_prog_get_fd_by_id(program_id));
    if (!program.valid())
        return system_error(fmt::format("cannot open the program with id {}", program_id), errno);
    XDPBENCH_TRY(const LoadedInfo loaded, read_loaded_info(program.get()));
    for (const std::uint32_t id : loaded.map_ids) {
        if (has(id) || (without != nullptr && without->has(id))) continue;
        Opened opened;
        opened.fd = UniqueFd(::bpf_map_get_fd_by_id(id));
        bpf_map_info info = {};
        std::uint32_t size = sizeof(info);
        if (!opened.fd.valid() || ::bpf_obj_get_info_by_fd(opened.fd.get(), &info, &size) != 0)
            return system_error(fmt::format("cannot open map {} of program {}", id, program_id),
                                errno);
        if (info.btf_id != 0) opened.types.reset(::btf__load_from_kernel_by_id(info.btf_id));
        const btf* const types = opened.types.get();
        opened.map = typed_map(info, opened.fd.get(), types, whole_map_name(types, info));
        opened.id = id;
        maps_.push_back(std::move(opened));
    }
    return {};
}

// Of maps without types the kernel may know the same 15 characters.
void ProgramMaps::tell_apart() {
    std::map<std::string, std::size_t> counts;
    for (const Opened& opened : maps_) ++counts[opened.map.name];
    for (Opened& opened : maps_) {
        if (opened.map.section.empty() && counts[opened.map.name] > 1)
            opened.map.name = name_with_id(opened.map.name, opened.id);
    }
}

std::vector<TypedMap> ProgramMaps::with_sections() const {
    std::vector<TypedMap> maps;
    maps.reserve(maps_.size());
    for (const Opened& opened : maps_) maps.push_back(opened.map);
    return maps;
}

std::vector<TypedMap> ProgramMaps::all() const {
    std::vector<TypedMap> maps;
    for (const Opened& opened : maps_) {
        if (opened.map.section.empty()) maps.push_back(opened.map);
    }
    return maps;
}

Result<TypedMap> ProgramMaps::find(const std::string& name) const {
    std::vector<std::string> names;
    XDPBENCH_TRY(const std::string meant, map_name_of(name, all()));
    for (const TypedMap& map : all()) {
        if (map.name == meant) return map;
        names.push_back(map.name);
    }
    return input_error(
        fmt::format("the program has no map {}{}", name, what_there_is(name, names)));
}

}  // namespace xdpbench::bpf
