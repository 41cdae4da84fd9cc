// Offload: a program given to a device, and what the device really does with it.
#pragma once

#include <optional>
#include <string>

#include "check/check.h"
#include "model/run.h"
#include "target/target.h"

namespace xdpbench::replay {

// Interfaces of the caller's network namespace.
struct OffloadPorts {
    std::string device;               // gets the program
    std::optional<std::string> peer;  // what is sent over it arrives at the device
};

struct OffloadOutcome {
    check::Verdict verdict;  // skipped: the device refuses the program; failed: accepted, but a
                             // later step failed
    std::optional<model::OffloadRecord> record;  // none if the device was not asked
};

// Loads the program with its maps bound to the device and attaches it in hardware mode; reads back
// what kernel and device say; writes to and reads from the maps; sends frames, to see whether they
// are handled by the program; replaces the program; detaches it. Each step is in the record. A
// device on which XDP is in use is not touched, and nothing is left on it.
[[nodiscard]] OffloadOutcome run_offload(const target::Target& target, const OffloadPorts& ports);

}  // namespace xdpbench::replay
