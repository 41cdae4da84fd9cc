// A qualification on the console: a line for each case, then the verdict.
#pragma once

#include <cstddef>
#include <string>

#include "model/qualification.h"

namespace xdpbench::report {

// "[12/43] FAIL data.actions  1.3 s, about 2 min left" and what was seen, indented. `of` 0: it is
// not known how many there are.
[[nodiscard]] std::string case_text(const model::QualifiedCase& one, std::size_t number,
                                    std::size_t of, double seconds_left);

// The ports and the card in short: at most 8 lines of 120 columns. The documents have all facts.
[[nodiscard]] std::string header_text(const model::QualificationRecord& record);

// Of a record that is continued how many cases it has already, and those of them that need a look,
// as case_text() prints them. Nothing where it has none.
[[nodiscard]] std::string done_text(const model::QualificationRecord& record);

// "3 PASS, 1 SKIP in control, data", with the groups that were selected; "no case ran".
[[nodiscard]] std::string finding_counts(const model::QualificationRecord& record);

// How many cases ended in which way, what did not run, and the verdict.
[[nodiscard]] std::string conclusion_text(const model::QualificationRecord& record);

}  // namespace xdpbench::report
