#include "history/json_cursor.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/number.h"

namespace xdpbench::history {
namespace {

enum class Byte : unsigned char { other, quote, opens, closes };

constexpr std::array<Byte, 256> kBytes = [] {
    std::array<Byte, 256> bytes{};
    bytes['"'] = Byte::quote;
    bytes['['] = bytes['{'] = Byte::opens;
    bytes[']'] = bytes['}'] = Byte::closes;
    return bytes;
}();

Byte kind(char byte) { return kBytes[static_cast<unsigned char>(byte)]; }

// So many bytes are looked at together: the compiler makes a few vector instructions of it. Almost
// all of a result are arrays of numbers, which have no marks.
constexpr std::size_t kTogether = 64;

// Whether a quote or a bracket is among them. '[' and '{' differ in one bit only, as ']' and '}'
// do.
bool have_marks(const char* bytes) {
    constexpr unsigned char kBit = '{' ^ '[';
    unsigned char marks = 0;
    for (std::size_t i = 0; i < kTogether; ++i) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const auto bracket = static_cast<unsigned char>(byte | kBit);
        marks |= static_cast<unsigned char>(byte == '"' || bracket == '{' || bracket == '}');
    }
    return marks != 0;
}

}  // namespace

void JsonCursor::blank() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

bool JsonCursor::open(char bracket) {
    blank();
    if (!at(bracket)) return false;
    ++at_;
    return true;
}

bool JsonCursor::close(char bracket) {
    blank();
    if (at_ == text_.size()) failed_ = true;
    if (!at(bracket)) return false;
    ++at_;
    return true;
}

void JsonCursor::expect(char byte) {
    blank();
    if (at(byte))
        ++at_;
    else
        failed_ = true;
}

std::string_view JsonCursor::quoted() {
    expect('"');
    const std::size_t begin = at_;
    while (!failed_) {
        at_ = std::min(text_.find_first_of("\"\\", at_), text_.size());
        if (at('"')) return text_.substr(begin, at_++ - begin);
        at_ += 2;
        if (at_ >= text_.size()) failed_ = true;
    }
    return "";
}

void JsonCursor::pass_brackets() {
    std::size_t depth = 0;
    do {
        while (at_ + kTogether <= text_.size() && !have_marks(text_.data() + at_)) at_ += kTogether;
        while (at_ < text_.size() && kind(text_[at_]) == Byte::other) ++at_;
        if (at_ >= text_.size()) {
            failed_ = true;
        } else if (at('"')) {
            (void)quoted();
        } else {
            if (kind(text_[at_++]) == Byte::opens)
                ++depth;
            else
                --depth;
        }
    } while (depth > 0 && !failed_);
}

std::string_view JsonCursor::raw() {
    blank();
    const std::size_t begin = at_;
    if (at_ == text_.size()) {
        failed_ = true;
    } else if (at('"')) {
        (void)quoted();
    } else if (kind(text_[at_]) == Byte::opens) {
        pass_brackets();
    } else {
        at_ = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
        if (at_ == begin) failed_ = true;
    }
    return failed_ ? "" : text_.substr(begin, at_ - begin);
}

std::string JsonCursor::text() {
    const std::string_view value = raw();
    if (!value.starts_with('"')) return value == "null" ? "" : std::string(value);
    if (value.find('\\') == std::string_view::npos)
        return std::string(value.substr(1, value.size() - 2));
    const auto parsed = nlohmann::json::parse(value, nullptr, false);
    return parsed.is_string() ? parsed.get<std::string>() : std::string(value);
}

std::optional<double> JsonCursor::number() { return parse_number<double>(raw()); }

bool JsonCursor::complete() {
    blank();
    return !failed_ && at_ == text_.size();
}

}  // namespace xdpbench::history
