#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace xdpbench::packet {

// What bytes written as text begin with, so that they are told from numbers and names.
inline constexpr std::string_view kHexPrefix = "hex:";

// "00 1a:2B" -> {0x00, 0x1a, 0x2b}: pairs of hex digits; blanks, colons and line breaks between
// pairs are skipped. An odd digit or another character is an input error with its position.
Result<std::vector<std::uint8_t>> parse_hex(std::string_view text);

// "001a2b".
[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

}  // namespace xdpbench::packet
