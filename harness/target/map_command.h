// What can be asked of the maps of a program that runs: `xdp-bench map`, and the standard input of
// `xdp-bench attach`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bpf/attached.h"
#include "scenario/assignment.h"
#include "scenario/scenario.h"

namespace xdpbench::target {

enum class MapVerb {
    list,    // which maps there are
    show,    // entries
    set,     // one entry
    remove,  // one entry: `delete`
};

struct MapCommand {
    MapVerb verb = MapVerb::list;
    scenario::Place place;  // not of list
    model::Value value;     // of set
};

// "list", "show blocked", "show blocked[198.18.0.1]", "set blocked[198.18.0.1]=1",
// "delete blocked[198.18.0.1]"; nothing if the verb is none of these.
Result<std::optional<MapCommand>> parse_map_command(std::string_view verb, std::string_view object);

// Does it, and says what was done or found: lines for a person, each with its end.
Result<std::string> execute(const MapCommand& command, const bpf::ProgramMaps& maps);

// The program on an interface of the caller's namespace whose maps are meant: the only one there,
// or the one in `mode`.
Result<bpf::AttachedProgram> find_attached(const std::string& interface,
                                           std::optional<model::Mode> mode);

}  // namespace xdpbench::target
