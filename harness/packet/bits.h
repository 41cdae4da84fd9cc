#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace xdpbench::packet {

// Bits are numbered as RFC drawings number them: 0 is the most significant bit of the first byte.
[[nodiscard]] inline bool bit_at(std::span<const std::uint8_t> bytes, std::size_t offset) {
    return ((bytes[offset / 8] >> (7 - offset % 8)) & 1) != 0;
}

// `length` bits (at most 64) as one big-endian number.
[[nodiscard]] inline std::uint64_t bits_at(std::span<const std::uint8_t> bytes, std::size_t offset,
                                           std::size_t length) {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < length; ++i) {
        number = (number << 1) | (bit_at(bytes, offset + i) ? 1U : 0U);
    }
    return number;
}

}  // namespace xdpbench::packet
