// Replay: traffic end to end through a network, every frame accounted for and compared.
#pragma once

#include <optional>

#include "check/check.h"
#include "model/run.h"
#include "net/port_network.h"
#include "replay/modes.h"
#include "target/target.h"

namespace xdpbench::replay {

struct ReplayOutcome {
    check::Verdict verdict;
    std::optional<model::ReplayRecord> record;  // none if nothing was sent
    std::optional<Observation> observation;     // to compare modes by
};

struct ReplayOptions {
    bool keep = false;                  // the namespaces and the attached program stay
    std::optional<net::Ports> devices;  // over real interfaces, not through a network of our own
};

// Sends the scenario's replay traffic (of an unjudged target: its own traffic) through a fresh
// network in `mode`, or over real interfaces, and compares what arrives. Lines for the user are
// added to `notes`: how to enter and remove what was kept, what is not done over real interfaces.
[[nodiscard]] ReplayOutcome run_replay(const target::Target& target, model::Mode mode,
                                       const ReplayOptions& options,
                                       std::vector<std::string>& notes);

}  // namespace xdpbench::replay
