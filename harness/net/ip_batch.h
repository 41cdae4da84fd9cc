#pragma once

#include <string>

#include "base/result.h"
#include "net/netns.h"

namespace xdpbench::net {

// One iproute2 process for all commands (a line each, without "ip"), inside `netns`.
Result<void> ip_batch(const NetNs& netns, const std::string& commands);

// Why it failed, by what it printed.
[[nodiscard]] Error ip_batch_error(const std::string& commands, int exit_code,
                                   const std::string& printed);

}  // namespace xdpbench::net
