#include "packet/hex.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstddef>
#include <system_error>

namespace xdpbench::packet {
namespace {

constexpr std::string_view kBetweenPairs = " \t\r\n:";
constexpr std::string_view kAdvice =
    "write bytes as pairs of hex digits (0-9, a-f), with nothing, blanks, colons or line breaks "
    "between them: \"00 1a:2B\"";

bool is_hex_digit(char character) {
    return std::string_view("0123456789abcdefABCDEF").find(character) != std::string_view::npos;
}

// `position` counts from 0; a person counts from 1.
Error refused(std::string_view reason, std::size_t position) {
    return input_error(
        fmt::format("cannot read hex bytes: {} at character {}", reason, position + 1),
        std::string(kAdvice));
}

Error bad_character(char character, std::size_t position) {
    const bool printable = character >= ' ' && character <= '~';
    return refused(printable ? fmt::format("'{}'", character)
                             : fmt::format("byte 0x{:02x}", static_cast<unsigned char>(character)),
                   position);
}

}  // namespace

Result<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
    std::vector<std::uint8_t> bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t at = 0; at < text.size();) {
        if (kBetweenPairs.find(text[at]) != std::string_view::npos) {
            ++at;
            continue;
        }
        if (!is_hex_digit(text[at])) return bad_character(text[at], at);
        const bool alone =
            at + 1 == text.size() || kBetweenPairs.find(text[at + 1]) != std::string_view::npos;
        if (alone) return refused("a digit without its pair", at);
        if (!is_hex_digit(text[at + 1])) return bad_character(text[at + 1], at + 1);
        std::uint8_t byte = 0;
        std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
        bytes.push_back(byte);
        at += 2;
    }
    return bytes;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

}  // namespace xdpbench::packet
