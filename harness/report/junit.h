#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// The run as JUnit XML, as Jenkins, GitLab and GitHub's actions read it: one suite a program and
// kind (check, replay, bench), <failure> for failed, <error> for an invalid measurement, <skipped>
// with the reason. The environment stands in the first suite's properties.
[[nodiscard]] std::string to_junit(const model::RunRecord& run);

}  // namespace xdpbench::report
