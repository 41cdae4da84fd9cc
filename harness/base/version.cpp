#include "base/version.h"

namespace xdpbench {

const char* tool_version() { return TOOL_VERSION; }

}  // namespace xdpbench
