// Replay: traffic end to end through a topology, every frame accounted for and compared.
#pragma once

#include <optional>

#include "engine/check.h"
#include "engine/modes.h"
#include "engine/subject.h"
#include "kernel/device_topology.h"
#include "report/model.h"

namespace xdpbench {

struct ReplayOutcome {
    Verdict verdict;
    std::optional<ReplayRecord> record;      // none if nothing was sent
    std::optional<Observation> observation;  // to compare modes by
};

struct ReplayOptions {
    bool keep = false;                  // the namespaces and the attached program stay
    std::optional<DeviceEnds> devices;  // over real interfaces, not through a topology of our own
};

// Sends the scenario's replay traffic (of an unjudged subject: its own traffic) through a fresh
// topology in `mode`, or over real interfaces, and compares what arrives. Lines for the user are
// added to `notes`: how to enter and remove what was kept, what is not done over real interfaces.
[[nodiscard]] ReplayOutcome run_replay(const Subject& subject, Mode mode,
                                       const ReplayOptions& options,
                                       std::vector<std::string>& notes);

}  // namespace xdpbench
