// A scenario's lan: a real `ping`, frames and changes of maps while the program stays attached at
// one of several hosts with stacks of their own.
#pragma once

#include <optional>

#include "engine/check.h"
#include "engine/subject.h"
#include "report/lan.h"

namespace xdpbench {

struct LanOutcome {
    Verdict verdict;
    std::optional<LanRecord> record;  // none if nothing was sent
};

// Whether the steps can be done: maps, keys and values fit the program, frames are there and fit a
// cable. Contacts no kernel. The subject's scenario has a lan.
Result<void> validate_lan(const Subject& subject);

// Builds the lan, attaches the program at its DUT in `mode`, and does one step after the other.
[[nodiscard]] LanOutcome run_lan(const Subject& subject, Mode mode);

}  // namespace xdpbench
