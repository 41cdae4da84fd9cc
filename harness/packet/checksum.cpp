#include "packet/checksum.h"

#include <cstddef>

namespace xdpbench::packet {

std::uint16_t internet_checksum(std::span<const std::uint8_t> data, std::uint32_t initial) {
    // 64 bits: the sum of any data that fits into memory cannot overflow, so carries are folded
    // once.
    std::uint64_t sum = initial;
    for (std::size_t i = 0; i + 1 < data.size(); i += 2) {
        sum += static_cast<std::uint64_t>(data[i]) << 8 | data[i + 1];
    }
    if (data.size() % 2 != 0) sum += static_cast<std::uint64_t>(data.back()) << 8;
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

}  // namespace xdpbench::packet
