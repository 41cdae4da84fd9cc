// A type and a value side by side.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/btf_type.h"
#include "bpf/value_text.h"
#include "scenario/scenario.h"

struct btf;

namespace xdpbench::bpf {

// The value given for one integer, enum or array of bytes.
struct Leaf {
    std::string path;
    BtfType type;
    std::size_t offset = 0;             // of the memory that it describes
    std::vector<std::uint8_t> encoded;  // what belongs there; of a bit field, its whole integer
    bool as_address = false;            // the value was written as an address
    BitPlace bits = {};                 // of a bit field, in all of the memory
    const model::Value* value = nullptr;
};

using AtLeaf = std::function<void(const Leaf&)>;

// Of what is written, no two parts may be the same memory: the last one would win.
enum class Overlaps { refused, allowed };

// Does something at every leaf: that is what differs between writing and comparing. `size`: of the
// memory, in which all leaves are.
Result<void> walk_value(const btf* types, std::uint32_t type, const model::Value& value,
                        std::size_t size, Overlaps overlaps, const AtLeaf& at_leaf);

// An error with the value's place, and its path in the type.
[[nodiscard]] Error value_error(const model::Value& value, const std::string& path,
                                const std::string& problem);

// How errors call it: in quotes, or what it is.
[[nodiscard]] std::string written(const model::Value& value);

}  // namespace xdpbench::bpf
