// A case of a qualification, declared once.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "qualify/context.h"
#include "qualify/ruling.h"

namespace xdpbench::qualify {

enum class Needs { one_port, two_ports, two_ports_here };  // here: in this machine

struct CaseEntry {
    const char* group;
    const char* name;  // without what a filter of GoogleTest gives a meaning: no '-'
    Needs needs;
    // An error is judged by ruling_of().
    Result<Ruling> (*run)(Context& context);
};

// Of one group each, in the order in which they run.
[[nodiscard]] std::span<const CaseEntry> control_cases();
[[nodiscard]] std::span<const CaseEntry> data_cases();
[[nodiscard]] std::span<const CaseEntry> counters_cases();
[[nodiscard]] std::span<const CaseEntry> redirect_cases();
[[nodiscard]] std::span<const CaseEntry> under_traffic_cases();
[[nodiscard]] std::span<const CaseEntry> speed_cases();
[[nodiscard]] std::span<const CaseEntry> offload_cases();

// Cases of several groups that look at what the others have left.
[[nodiscard]] std::span<const CaseEntry> last_cases();

// All of them.
[[nodiscard]] std::vector<CaseEntry> all_cases();
[[nodiscard]] std::vector<std::string> group_names();

}  // namespace xdpbench::qualify
