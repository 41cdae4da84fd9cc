#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// The run as KTAP version 1 (the kernel's Documentation/dev-tools/ktap.rst): one result line a
// case, the message of one that did not pass in diagnostic lines before it. An invalid measurement
// is "not ok".
[[nodiscard]] std::string to_ktap(const model::RunRecord& run);

}  // namespace xdpbench::report
