// What the attach modes really do on one device: tried, and undone.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/interface.h"
#include "net/netns.h"
#include "scenario/scenario.h"

namespace xdpbench::probe {

struct AttachModeProbe {
    model::Mode mode = model::Mode::generic;
    bool works = false;
    std::string answer;  // one line: what was seen, or the refusal
};

// What each attach mode really does on this device: one entry a mode, in the order of Mode. An
// XDP_PASS program is attached and detached again; a driver may reset the link and lose frames for
// a moment while it does so. If a program is attached there already nothing is touched, and that
// program is the (unavailable) error. It is also an error if the device is not left as it was.
Result<std::vector<AttachModeProbe>> probe_device(const net::NetNs& netns,
                                                  const net::InterfaceInfo& interface);

// Attaches an XDP_PASS program to this device in this mode and detaches it again. What was seen, or
// the refusal.
Result<std::string> try_mode(const net::NetNs& netns, const net::InterfaceInfo& interface,
                             model::Mode mode);

}  // namespace xdpbench::probe
