// A summary for a pull request or a job's page, as Markdown (GitHub's, GitLab's).
#pragma once

#include <string>

#include "report/entry.h"

namespace xdpbench::report {

// How it ended; what did not pass, with the command that repeats it; what was measured as a table;
// of a comparison what became slower, with its interval. At most about 60 lines.
[[nodiscard]] std::string to_markdown(const Source& source);

}  // namespace xdpbench::report
