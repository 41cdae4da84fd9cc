// A comparison of two programs, for readers and for machines.
#pragma once

#include <string>

#include "model/comparison.h"

namespace xdpbench::report {

// The console report.
[[nodiscard]] std::string comparison_text(const model::CompareRecord& record);

// Of one case what the tables show: "slower", or why it was not measured; the effect and its
// interval; a time, and how much more the contender takes, in ns/packet. "-": not known.
[[nodiscard]] std::string judgement_text(const model::ComparedCase& one);
[[nodiscard]] std::string effect_text(const model::ComparedCase& one);
[[nodiscard]] std::string interval_text(const model::ComparedCase& one);
[[nodiscard]] std::string ns_text(double ns);
[[nodiscard]] std::string more_text(const model::ComparedCase& one);
// What the effect is on: "program's own time" or "whole path's time".
[[nodiscard]] std::string measured_time(const model::ComparedCase& one);
// "slower: +3.10 % after 24 blocks; p 0.001 at all looks together ...".
[[nodiscard]] std::string effect_summary(const model::ComparedCase& one,
                                         const model::CompareRecord& record);

// The JSON document; results/README.md defines every field.
[[nodiscard]] std::string to_json(const model::CompareRecord& record);

}  // namespace xdpbench::report
