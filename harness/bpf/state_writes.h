// What a loaded program writes to: found in its translated instructions, without running it.
#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "bpf/map_bits.h"

namespace xdpbench::bpf {

// How a program writes to a map: "bpf_map_update_elem", "stores to its values".
struct MapWrite {
    std::uint32_t map = 0;  // id
    std::string how;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 takes its 0 for a pointer
    auto operator<=>(const MapWrite&) const = default;
};

struct InstructionWrites {
    std::set<MapWrite> writes;
    std::set<std::string> unknown;       // why it cannot be told whether there are more
    std::set<std::uint32_t> tail_calls;  // ids of the program arrays that it calls by
    std::set<std::uint32_t> redirects;   // ids of the maps that it redirects by
};

// The kernel's function that a call instruction calls, e.g. "htab_map_update_elem"; empty if the
// kernel does not tell.
using FunctionName = std::function<std::string(const bpf_insn& call)>;

// Follows what each register and each place on the stack may point to, through all branches and
// functions, and collects the calls and stores that change maps. Errs on the side of a write: what
// may point to a map's value does. `instructions` are as bpf_prog_info.xlated_prog_insns has them.
[[nodiscard]] InstructionWrites find_writes(std::span<const bpf_insn> instructions,
                                            std::span<const KnownMap> maps,
                                            const FunctionName& name_of);

}  // namespace xdpbench::bpf
