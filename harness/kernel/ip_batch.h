#pragma once

#include <string>

#include "base/result.h"
#include "kernel/netns.h"

namespace xdpbench {

// One iproute2 process for all commands (a line each, without "ip"), inside `netns`.
Result<void> ip_batch(const NetNs& netns, const std::string& commands);

}  // namespace xdpbench
