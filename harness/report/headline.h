// How a command ended, in one line: the title of its summary and of its page. Pure.
#pragma once

#include <string>

#include "model/comparison.h"
#include "model/outcome.h"
#include "model/qualification.h"
#include "model/run.h"
#include "report/compare_results.h"

namespace xdpbench::report {

struct Headline {
    std::string text;
    // What it comes down to, for the colour: passed, failed, or invalid for what is not known.
    model::Outcome outcome = model::Outcome::passed;
};

[[nodiscard]] Headline headline_of(const model::RunRecord& run);
[[nodiscard]] Headline headline_of(const model::CompareRecord& record);
[[nodiscard]] Headline headline_of(const model::QualificationRecord& record);
// Says how many figures are slower even where no threshold asks for a judgement: the exit code
// does not.
[[nodiscard]] Headline headline_of(const ResultTable& table);

}  // namespace xdpbench::report
