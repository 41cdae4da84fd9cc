#pragma once

#include <string>

#include "report/entry.h"

namespace xdpbench::report {

// JUnit XML, as Jenkins, GitLab and GitHub's actions read it: one suite a program and kind (check,
// replay, bench, compare), <failure> for failed, <error> for an error or an invalid measurement,
// <skipped> with the reason. The environment is in the first suite's properties.
[[nodiscard]] std::string to_junit(const Source& source);

}  // namespace xdpbench::report
