// What was measured, as tables for a summary. Pure.
#pragma once

#include <string>

#include "model/comparison.h"
#include "model/qualification.h"
#include "model/run.h"
#include "report/compare_results.h"

namespace xdpbench::report {

// The console's tables; before those of a comparison a sentence for each case that is slower. Of a
// qualification the counts, and the notes, which are no problems. Ends with an empty line.
[[nodiscard]] std::string markdown_section(const model::RunRecord& run);
[[nodiscard]] std::string markdown_section(const model::CompareRecord& record);
[[nodiscard]] std::string markdown_section(const model::QualificationRecord& record);
[[nodiscard]] std::string markdown_section(const ResultTable& results);

}  // namespace xdpbench::report
