// The Internet checksum (RFC 1071).
#pragma once

#include <cstdint>
#include <span>

namespace xdpbench::packet {

// The one's complement of the one's complement sum of big-endian 16-bit words; an odd last byte is
// padded with zero. `initial` is a sum (not a checksum) to continue from, e.g. of a pseudo-header.
// Over data that contains its own right checksum the result is 0. In host byte order.
[[nodiscard]] std::uint16_t internet_checksum(std::span<const std::uint8_t> data,
                                              std::uint32_t initial = 0);

}  // namespace xdpbench::packet
