// A scenario's lan: a real `ping`, frames and changes of maps while the program stays attached at
// one of several hosts with stacks of their own.
#pragma once

#include <optional>

#include "check/check.h"
#include "model/lan.h"
#include "target/target.h"

namespace xdpbench::replay {

struct LanOutcome {
    check::Verdict verdict;
    std::optional<model::LanRecord> record;  // none if nothing was sent
};

// Builds the lan, attaches the program at its DUT in `mode`, and does one step after the other.
[[nodiscard]] LanOutcome run_lan(const target::Target& target, model::Mode mode);

}  // namespace xdpbench::replay
