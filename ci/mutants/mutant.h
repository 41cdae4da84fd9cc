// The switch of the faults that ci/harness-mutations compiles into a build of their own. Off,
// unless the environment variable XDP_BENCH_MUTANT has the number of a fault.
#pragma once

#include <cstdint>
#include <cstdlib>

// Whether the fault of this number is chosen.
inline bool xdpbench_mutant(std::uint32_t number) {
    static const unsigned long chosen = [] {
        const char* const text = std::getenv("XDP_BENCH_MUTANT");
        return text == nullptr ? 0UL : std::strtoul(text, nullptr, 10);
    }();
    return chosen == number;
}
