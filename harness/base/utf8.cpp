#include "base/utf8.h"

#include <array>
#include <cstdint>

namespace xdpbench {
namespace {

// The lead bytes first..last begin a character of `length` bytes whose second byte is low..high.
// The narrower ranges of second bytes shut out overlong forms, surrogates and what lies beyond
// U+10FFFF.
struct Form {
    std::uint8_t first;
    std::uint8_t last;
    std::size_t length;
    std::uint8_t low;
    std::uint8_t high;
};
constexpr std::array<Form, 8> kForms{{{0xc2, 0xdf, 2, 0x80, 0xbf},
                                      {0xe0, 0xe0, 3, 0xa0, 0xbf},
                                      {0xe1, 0xec, 3, 0x80, 0xbf},
                                      {0xed, 0xed, 3, 0x80, 0x9f},
                                      {0xee, 0xef, 3, 0x80, 0xbf},
                                      {0xf0, 0xf0, 4, 0x90, 0xbf},
                                      {0xf1, 0xf3, 4, 0x80, 0xbf},
                                      {0xf4, 0xf4, 4, 0x80, 0x8f}}};

bool in_range(char byte, std::uint8_t low, std::uint8_t high) {
    const auto number = static_cast<std::uint8_t>(byte);
    return low <= number && number <= high;
}

bool has_form(std::string_view text, const Form& form) {
    if (!in_range(text[0], form.first, form.last) || text.size() < form.length) return false;
    if (!in_range(text[1], form.low, form.high)) return false;
    for (const char byte : text.substr(2, form.length - 2)) {
        if (!in_range(byte, 0x80, 0xbf)) return false;
    }
    return true;
}

bool is_printable_ascii(std::string_view text) {
    if (text[0] == '\r') return text.size() > 1 && text[1] == '\n';
    return text[0] == '\t' || text[0] == '\n' || in_range(text[0], 0x20, 0x7e);
}

// Bytes of the character that `text` begins with; 0 if there is none that may be there.
std::size_t character_length(std::string_view text) {
    if (is_printable_ascii(text)) return 1;
    for (const Form& form : kForms) {
        if (has_form(text, form)) return form.length;
    }
    return 0;
}

}  // namespace

std::optional<std::size_t> find_unprintable(std::string_view text) {
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::size_t length = character_length(text.substr(offset));
        if (length == 0) return offset;
        offset += length;
    }
    return std::nullopt;
}

std::string printable(std::string_view text) {
    std::string result;
    while (const std::optional<std::size_t> bad = find_unprintable(text)) {
        result.append(text.substr(0, *bad)).append("\xef\xbf\xbd");
        text.remove_prefix(*bad + 1);
    }
    return result.append(text);
}

}  // namespace xdpbench
