#include "scenario/diagnostic.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::scenario {
namespace {

constexpr std::size_t kShownBytes = 60;

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80; }

// At most kShownBytes, cut between two UTF-8 characters.
std::string_view beginning(std::string_view text) {
    if (text.size() <= kShownBytes) return text;
    std::size_t end = kShownBytes;
    while (end > 0 && continues_character(text[end])) --end;
    return text.substr(0, end);
}

}  // namespace

Error error_at(const model::Location& where, std::string_view what) {
    return placed(where, input_error(std::string(what)));
}

Error placed(const model::Location& where, const Error& error) {
    return where.file.empty() ? error : error.in(where.text());
}

std::string in_quotes(std::string_view text) {
    std::string shown = "'";
    for (const char byte : beginning(text)) {
        if (is_control(byte)) {
            shown += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
        } else {
            shown += byte;
        }
    }
    return shown + (text.size() > kShownBytes ? "...'" : "'");
}

std::string alternatives(const std::vector<std::string>& names) {
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (i > 0) text += i + 1 == names.size() ? " or " : ", ";
        text += names[i];
    }
    return text;
}

std::string correction(std::string_view typed, const std::vector<std::string>& known) {
    // Beyond this length nothing is a typo of a name any more, and looking would take long.
    const auto meant = typed.size() <= kShownBytes ? nearest(typed, known) : std::nullopt;
    if (meant) return fmt::format(" (did you mean {}?)", in_quotes(*meant));
    return ": expected " + alternatives(known);
}

}  // namespace xdpbench::scenario
