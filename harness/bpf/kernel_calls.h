// What the functions of the kernel that programs call do with maps, by their names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bpf/register_content.h"

namespace xdpbench::bpf {

enum class MapUse {
    looks_up,         // returns a pointer to a value of the map in register 1
    writes,           // to the map in register 1
    writes_second,    // to the map in register 2
    takes_out,        // of the map in register 1, to where register 2 points
    copies_out,       // the same, and changes nothing in the map
    redirects,        // into the map in register 1
    only_reads,       // whatever it is given
    hands_out,        // pointers that cannot be followed
    changes_anything  // may write to whatever it is given
};

// `function` is e.g. "htab_map_update_elem". What is not known may write.
[[nodiscard]] MapUse use_by(const std::string& function);

// What a callback is called with, by a function that got these registers. `anything` is what a
// function that is not known may pass.
[[nodiscard]] Registers callback_arguments(const std::string& function, const Registers& given,
                                           const Content& anything);

// The functions of a program of which it has pointers, by where they begin; one bit of
// Content::callbacks each, and the last bit for all those that have none of their own.
class Callbacks {
  public:
    [[nodiscard]] std::uint64_t bit_of(std::size_t function);
    // Those that a call gets.
    [[nodiscard]] std::vector<std::size_t> among(const Registers& arguments) const;

  private:
    std::vector<std::size_t> functions_;
};

}  // namespace xdpbench::bpf
