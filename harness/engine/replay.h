// Replay: traffic end to end through a topology, every frame accounted for and compared.
#pragma once

#include <optional>

#include "engine/check.h"
#include "engine/modes.h"
#include "engine/subject.h"
#include "report/model.h"

namespace xdpbench {

struct ReplayOutcome {
    Verdict verdict;
    std::optional<ReplayRecord> record;      // none if nothing was sent
    std::optional<Observation> observation;  // to compare modes by
};

// Sends the scenario's replay traffic (of an unjudged subject: its own traffic) through a fresh
// pair topology in `mode` and compares what arrives. With `keep` the namespaces and the attached
// program stay, and how to enter and remove them is added to `notes`.
[[nodiscard]] ReplayOutcome run_replay(const Subject& subject, Mode mode, bool keep,
                                       std::vector<std::string>& notes);

}  // namespace xdpbench
