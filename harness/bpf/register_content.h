// What the registers of a program may point to, as far as its maps go.
#pragma once

#include <linux/bpf.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace xdpbench::bpf {

using Maps = std::uint64_t;  // one bit a map, in the order in which the kernel lists them

// What a register or a place in memory may hold, as far as it matters.
struct Content {
    Maps maps = 0;       // pointers to maps
    Maps values = 0;     // pointers to values of maps, or into a map
    bool stack = false;  // a pointer to the stack of some function
    bool exact = false;  // to this function's, at `offset`
    int offset = 0;
    std::uint64_t callbacks = 0;  // functions of the program, one bit each as they are first seen

    bool operator==(const Content&) const = default;

    // What is one or the other.
    void join(const Content& other) {
        maps |= other.maps;
        values |= other.values;
        callbacks |= other.callbacks;
        const bool same = stack && other.stack && exact && other.exact && offset == other.offset;
        exact = same || (stack && !other.stack && exact) || (!stack && other.stack && other.exact);
        if (!stack && other.stack) offset = other.offset;
        stack = stack || other.stack;
    }
};

constexpr std::size_t kRegisters = 11;
using Registers = std::array<Content, kRegisters>;

// What 64-bit arithmetic leaves in the register that it changes.
void compute(const bpf_insn& insn, Registers& registers);

// What an atomic operation may put into a register.
void fetch(const bpf_insn& insn, Registers& registers);

}  // namespace xdpbench::bpf
