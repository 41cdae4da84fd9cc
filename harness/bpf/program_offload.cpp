// The part of Program that knows what cannot be bound to a device.
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>

#include "base/text.h"
#include "bpf/choose_program.h"
#include "bpf/outside_functions.h"
#include "bpf/program.h"

namespace xdpbench::bpf {
namespace {

constexpr std::string_view kNetdevsim = "netdevsim";
constexpr std::uint32_t kNetdevsimEntries = 2;  // NSIM_BPF_MAX_KEYS of drivers/net/netdevsim/bpf.c

// Why no device takes the map, or none with this driver; empty if nothing is known.
std::string obstacle_of(const TypedMap& map, const std::string& driver) {
    const std::string& name = map.name;
    const auto type = static_cast<bpf_map_type>(map.kind);
    const std::uint32_t entries = map.max_entries;
    if (!map.section.empty()) {
        return fmt::format(
            "map {} (its global variables): no driver takes maps with flags; keep configuration in "
            "a map of the program's own",
            name);
    }
    // bpf_map_offload_map_alloc() of the kernel knows these two.
    if (type != BPF_MAP_TYPE_ARRAY && type != BPF_MAP_TYPE_HASH) {
        return fmt::format(
            "map {} is of type {}: only maps of type array and hash can be offloaded", name,
            ::libbpf_bpf_map_type_str(type));
    }
    if (map.flags != 0) return fmt::format("map {} has flags: no driver takes them", name);
    if (driver == kNetdevsim && entries > kNetdevsimEntries) {
        return fmt::format("map {} has {}: netdevsim holds at most {} of a map", name,
                           counted(entries, "entry"), kNetdevsimEntries);
    }
    return {};
}

// The functions of the kernel that the object declares. From the file: an opened object no longer
// tells them from its own.
std::vector<std::string> declared_functions(const std::filesystem::path& object) {
    std::vector<std::string> names;
    const std::unique_ptr<btf, decltype(&::btf__free)> types(
        ::btf__parse_elf(object.c_str(), nullptr), &::btf__free);
    const std::uint32_t count = types ? ::btf__type_cnt(types.get()) : 0;
    for (std::uint32_t id = 1; id < count; ++id) {
        const btf_type* const type = ::btf__type_by_id(types.get(), id);
        if (btf_is_func(type) && btf_vlen(type) == BTF_FUNC_EXTERN)
            names.emplace_back(::btf__name_by_offset(types.get(), type->name_off));
    }
    return names;
}

}  // namespace

std::vector<std::string> Program::kernel_functions() const {
    if (object_ == nullptr) return {};
    std::vector<std::string> declared = declared_functions(path_);
    if (declared.empty()) return declared;
    std::set<std::string> called;
    for (const bpf_program* const program : programs_of(object_.get())) {
        if (!::bpf_program__autoload(program)) continue;
        const auto functions = outside_functions(path_, ::bpf_program__section_name(program),
                                                 ::bpf_program__name(program));
        if (!functions) return declared;
        called.insert(functions->begin(), functions->end());
    }
    std::erase_if(declared, [&called](const std::string& name) { return !called.contains(name); });
    return declared;
}

std::vector<std::string> Program::offload_obstacles(const std::string& driver) const {
    std::vector<std::string> obstacles;
    for (const std::string& name : kernel_functions()) {
        obstacles.push_back(fmt::format(
            "it calls {}, a function of the kernel (kfunc), which no device has: use a helper",
            name));
    }
    if (has_frags()) {
        obstacles.push_back(fmt::format(
            "{} is in SEC(\"xdp.frags\"): the kernel rejects such programs for a device; put it "
            "into SEC(\"xdp\")",
            function_));
    }
    for (const TypedMap& map : maps()) {
        std::string obstacle = obstacle_of(map, driver);
        if (!obstacle.empty()) obstacles.push_back(std::move(obstacle));
    }
    return obstacles;
}

}  // namespace xdpbench::bpf
