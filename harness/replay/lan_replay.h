// A scenario's lan: a real `ping`, frames and changes of maps while the program stays attached at
// one of several hosts with stacks of their own.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "check/check.h"
#include "check/failures.h"
#include "model/lan.h"
#include "scenario/scenario.h"
#include "target/target.h"

namespace xdpbench::replay {

struct LanOutcome {
    check::Verdict verdict;
    std::optional<model::LanRecord> record;  // none if nothing was sent
};

// Sequence numbers of echo requests, by the name of the host.
using Sequences = std::map<std::string, std::vector<std::uint64_t>>;

// What each host must have got (`requests`) and answered (`record`), against what it did.
void judge_answers(const scenario::Lan& lan, const scenario::LanPing& expected,
                   const Sequences& requests, const model::LanStepRecord& record,
                   check::Failures& failures);

// Builds the lan, attaches the program at its DUT in `mode`, and does one step after the other.
[[nodiscard]] LanOutcome run_lan(const target::Target& target, model::Mode mode);

}  // namespace xdpbench::replay
