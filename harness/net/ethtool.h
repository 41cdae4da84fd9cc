// The ioctl of ethtool (include/uapi/linux/ethtool.h).
#pragma once

#include <string>

#include "net/netns.h"

namespace xdpbench::net {

// `argument` is the structure of the command that its first field names. Returns 0 or errno.
[[nodiscard]] int ethtool(const NetNs& netns, const std::string& port, void* argument);

}  // namespace xdpbench::net
