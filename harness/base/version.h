// The version of the tool.
#pragma once

namespace xdpbench {

// "0.1.0", or in a build of a checkout that of the commit (ci/package/version). Only version.cpp is
// compiled anew for a new one.
[[nodiscard]] const char* tool_version();

}  // namespace xdpbench
