// What this kernel can do: tried, never concluded from a version number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::probe {

enum class ProbeState {
    works,
    missing,  // tried and refused
    unknown,  // could not be tried: something it builds on is missing
};

[[nodiscard]] std::string_view probe_state_name(ProbeState state);

struct Probe {
    std::string name;  // "ring buffer map"
    ProbeState state = ProbeState::unknown;
    std::string detail;  // how it was seen to work, the kernel's answer, or why it was not tried
    std::string advice;  // one line: what to do; empty if it works
};

// Tries everything that the harness builds on, in anonymous namespaces: no device of this machine
// is touched and nothing is left. Takes some 100 ms. Without privileges most is unknown. Always the
// same probes in the same order.
[[nodiscard]] std::vector<Probe> probe_features();

}  // namespace xdpbench::probe
