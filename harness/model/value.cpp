#include "model/value.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace xdpbench::model {
namespace {

// A part of a value: fields in braces, text that could be taken for more than one word in quotes.
std::string inner_text(const Value& value) {
    if (value.fields() != nullptr) return fmt::format("{{{}}}", one_line(value));
    const std::string* const text = value.scalar();
    if (text == nullptr) return one_line(value);
    const bool word = !text->empty() && text->find_first_of(" \",={}[]") == std::string::npos;
    return word ? *text : fmt::format("\"{}\"", *text);
}

}  // namespace

std::string one_line(const Value& value) {
    if (const std::string* const text = value.scalar()) return *text;
    std::vector<std::string> parts;
    if (const Value::List* const list = value.list()) {
        for (const Value& item : *list) parts.push_back(inner_text(item));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    for (const auto& [name, part] : *value.fields())
        parts.push_back(fmt::format("{}={}", name, inner_text(part)));
    return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace xdpbench::model
