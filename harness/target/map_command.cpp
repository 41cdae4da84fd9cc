#include "target/map_command.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "base/text.h"
#include "bpf/typed_map.h"
#include "target/map_text.h"

namespace xdpbench::target {
namespace {

// Whether entries are values: not of maps that hold records, programs, maps or sockets.
bool holds_values(const bpf::TypedMap& map) {
    return bpf::is_array(map) || map.kind == BPF_MAP_TYPE_HASH ||
           map.kind == BPF_MAP_TYPE_LRU_HASH || map.kind == BPF_MAP_TYPE_PERCPU_HASH ||
           map.kind == BPF_MAP_TYPE_LRU_PERCPU_HASH || map.kind == BPF_MAP_TYPE_LPM_TRIE ||
           map.kind == BPF_MAP_TYPE_DEVMAP || map.kind == BPF_MAP_TYPE_DEVMAP_HASH ||
           map.kind == BPF_MAP_TYPE_CPUMAP;
}

// The key that is named, or of an array its first one.
Result<bpf::MapBytes> key_of(const bpf::TypedMap& map, const scenario::Place& place) {
    if (place.key) {
        Result<bpf::MapBytes> key = bpf::encode(map.key, *place.key);
        if (!key) return key.error().in(fmt::format("map {}, key", map.name));
        return key;
    }
    if (bpf::is_array(map) && map.max_entries == 1) return bpf::MapBytes(map.key.size);
    return input_error(fmt::format("map {} has keys: name the entry", map.name),
                       fmt::format("write {}[KEY]", map.name));
}

Result<bpf::TypedMap> map_with_values(const bpf::ProgramMaps& maps, const std::string& name) {
    XDPBENCH_TRY(bpf::TypedMap map, maps.find(name));
    if (holds_values(map)) return map;
    return input_error(
        fmt::format("map {} has no entries that can be read or set: it is for the "
                    "program's records, programs, sockets or other maps",
                    name));
}

std::string list(const bpf::ProgramMaps& maps) {
    std::string text;
    for (const bpf::TypedMap& map : maps.all()) {
        text += fmt::format("{:<20} {}{}, keys of {}, values of {}\n", map.name,
                            counted(map.max_entries, "entry"), map.per_cpu() ? " per CPU" : "",
                            counted(map.key.size, "byte"), counted(map.value.size, "byte"));
    }
    return text.empty() ? "the program has no maps\n" : text;
}

Result<std::string> show_entry(const bpf::TypedMap& map, const scenario::Place& place) {
    XDPBENCH_TRY(const bpf::MapBytes key, key_of(map, place));
    XDPBENCH_TRY(const std::optional<bpf::MapBytes> memory, bpf::read_memory(map, key));
    if (memory) return fmt::format("{} = {}\n", place_text(map, key), value_text(map, *memory));
    return input_error(fmt::format("map {} has no entry {}", map.name,
                                   scenario::assignment_text(bpf::decode(map.key, key))));
}

Result<std::string> show(const MapCommand& command, const bpf::ProgramMaps& maps) {
    XDPBENCH_TRY(const bpf::TypedMap map, map_with_values(maps, command.place.name));
    return command.place.key ? show_entry(map, command.place) : entries_text(map);
}

Result<std::string> set(const MapCommand& command, const bpf::ProgramMaps& maps) {
    XDPBENCH_TRY(const bpf::TypedMap map, map_with_values(maps, command.place.name));
    XDPBENCH_TRY(const bpf::MapBytes key, key_of(map, command.place));
    const Result<bpf::MapBytes> value = bpf::encode(map.value, command.value);
    if (!value) return value.error().in(fmt::format("map {}, value", map.name));
    XDPBENCH_CHECK(bpf::update_entry(map, key, *value));
    return fmt::format("set {} = {}{}\n", place_text(map, key),
                       scenario::assignment_text(bpf::decode(map.value, *value)),
                       map.per_cpu() ? " on each CPU" : "");
}

Result<std::string> remove(const MapCommand& command, const bpf::ProgramMaps& maps) {
    XDPBENCH_TRY(const bpf::TypedMap map, map_with_values(maps, command.place.name));
    XDPBENCH_TRY(const bpf::MapBytes key, key_of(map, command.place));
    XDPBENCH_TRY(const bool there, bpf::delete_entry(map, key));
    const std::string entry = place_text(map, key);
    if (there) return fmt::format("deleted {}\n", entry);
    return input_error(fmt::format("there is no entry {}", entry));
}

}  // namespace

Result<std::optional<MapCommand>> parse_map_command(std::string_view verb,
                                                    std::string_view object) {
    MapCommand command;
    if (verb == "list") {
        if (!trim(object).empty())
            return input_error("`list` takes no argument", "`show MAP` prints one map");
        return std::optional(command);
    }
    if (verb == "set") {
        XDPBENCH_TRY(scenario::Assignment assignment, scenario::parse_assignment(trim(object)));
        command = {MapVerb::set, std::move(assignment.place), std::move(assignment.value)};
        return std::optional(std::move(command));
    }
    if (verb != "show" && verb != "delete") return std::optional<MapCommand>();
    command.verb = verb == "show" ? MapVerb::show : MapVerb::remove;
    XDPBENCH_TRY(command.place, scenario::parse_place(object));
    return std::optional(std::move(command));
}

Result<std::string> execute(const MapCommand& command, const bpf::ProgramMaps& maps) {
    switch (command.verb) {
        case MapVerb::list:
            return list(maps);
        case MapVerb::show:
            return show(command, maps);
        case MapVerb::set:
            return set(command, maps);
        case MapVerb::remove:
            return remove(command, maps);
    }
    return std::string();
}

Result<bpf::AttachedProgram> find_attached(const std::string& interface,
                                           std::optional<model::Mode> mode) {
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::current());
    XDPBENCH_TRY(const net::InterfaceInfo info, net::query_interface(netns, interface));
    XDPBENCH_TRY(const std::vector<bpf::AttachedProgram> programs,
                 bpf::attached_programs(netns, info));
    std::vector<bpf::AttachedProgram> meant;
    for (const bpf::AttachedProgram& program : programs) {
        if (!mode || program.mode == *mode) meant.push_back(program);
    }
    if (meant.size() == 1) return meant.front();
    if (meant.empty()) {
        return input_error(
            fmt::format("no XDP program is attached to {}{}", interface,
                        mode ? fmt::format(" in {} mode", model::mode_name(*mode)) : ""),
            fmt::format("attach one: xdp-bench attach --prog NAME --dev {}", interface));
    }
    return input_error(fmt::format("several XDP programs are attached to {}", interface),
                       "choose one: --mode native, generic or offload");
}

}  // namespace xdpbench::target
