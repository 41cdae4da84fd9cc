// What this process may do, what this kernel can do and what a device can do: tried, never
// concluded from a version number.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "kernel/interface.h"
#include "kernel/netns.h"
#include "scenario/scenario.h"

namespace xdpbench {

struct Privilege {
    std::string name;        // "CAP_NET_ADMIN"
    std::string needed_for;  // "interfaces and attaching XDP"
    bool held = false;
};

// The capabilities that the harness needs, in effect on the calling thread or not.
[[nodiscard]] std::vector<Privilege> privileges();

// Nothing, or one unavailable error that names exactly what is missing and what for; also where the
// capabilities are held in a container's user namespace only. Called before anything is created.
Result<void> require_privileges();

// The pure parts of the two above. `effective`: one bit a capability (linux/capability.h), as in
// the CapEff line of /proc/<pid>/status.
[[nodiscard]] std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status);
[[nodiscard]] std::vector<Privilege> privileges_of(std::uint64_t effective);
Result<void> require_held(const std::vector<Privilege>& privileges);

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

struct AttachModeProbe {
    Mode mode = Mode::generic;
    bool works = false;
    std::string answer;  // one line: what was seen, or the refusal
};

// What each attach mode really does on this device: one entry a mode, in the order of Mode. An
// XDP_PASS program is attached and detached again; a driver may reset the link and lose frames for
// a moment while it does so. If a program is attached there already nothing is touched, and that
// program is the (unavailable) error. It is also an error if the device is not left as it was.
Result<std::vector<AttachModeProbe>> probe_device(const NetNs& netns,
                                                  const InterfaceInfo& interface);

// Whether an XDP_PASS program can be attached to this device in this mode now; it is detached
// again.
[[nodiscard]] bool attaches(const NetNs& netns, const InterfaceInfo& interface, Mode mode);

}  // namespace xdpbench
