// Names for runs of bytes: owned, seen, and seen to be changed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace xdpbench {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;

}  // namespace xdpbench
