#include "scenario/assignment.h"

#include <fmt/format.h>

#include "base/text.h"
#include "scenario/emit.h"
#include "scenario/yaml.h"
#include "scenario/yaml_value.h"

namespace xdpbench::scenario {
namespace {

constexpr const char* kAssignmentForms =
    "write NAME=VALUE or NAME[KEY]=VALUE, e.g. ip=198.18.0.1 or blocked[198.18.0.1]=1";

Result<model::Value> parse_value(std::string_view text, std::string_view whole, const char* what) {
    const std::string_view bare = trim(text);
    if (bare.empty())
        return input_error(fmt::format("{}: the {} is missing", whole, what), kAssignmentForms);
    if (bare.front() != '{' && bare.front() != '[') return model::Value{{}, std::string(bare)};
    Result<YamlNode> node = parse_yaml(std::string(bare), "");
    if (!node) return node.error().in(fmt::format("{}: the {}", whole, what));
    return to_value(*node);
}

bool is_name(std::string_view text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.";
    return !text.empty() && text.find_first_not_of(kLetters) == std::string_view::npos;
}

// The first '=' with a ']' and nothing but spaces in front of it.
std::size_t equals_behind_bracket(std::string_view text, std::size_t from) {
    for (std::size_t i = text.find('=', from); i != std::string_view::npos;
         i = text.find('=', i + 1)) {
        if (trim(text.substr(0, i)).ends_with(']')) return i;
    }
    return std::string_view::npos;
}

// A scalar in a list or a structure, in quotes where it would not mean itself there.
std::string inner_text(const std::string& text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-: ";
    const bool plain = !text.empty() && text.find_first_not_of(kLetters) == std::string::npos &&
                       text.find(": ") == std::string::npos && trim(text) == text &&
                       text.front() != ':' && text.back() != ':' && !text.starts_with("- ") &&
                       text != "-" && text != "null" && text != "Null" && text != "NULL";
    return plain ? text : quoted(text);
}

std::string part_text(const model::Value& value) {
    const std::string* const text = value.scalar();
    return text == nullptr ? assignment_text(value) : inner_text(*text);
}

}  // namespace

Result<Place> parse_place(std::string_view text) {
    const std::string_view bare = trim(text);
    const std::size_t bracket = bare.find('[');
    Place place{std::string(trim(bare.substr(0, bracket))), std::nullopt};
    if (!is_name(place.name)) {
        return input_error(fmt::format("{}: \"{}\" is no name of a map or a variable",
                                       bare.empty() ? "an empty name" : bare, place.name),
                           kAssignmentForms);
    }
    if (bracket == std::string_view::npos) return place;
    if (bare.back() != ']')
        return input_error(fmt::format("{}: expected ] behind the key", bare), kAssignmentForms);
    XDPBENCH_TRY(place.key,
                 parse_value(bare.substr(bracket + 1, bare.size() - bracket - 2), bare, "key"));
    return place;
}

Result<Assignment> parse_assignment(std::string_view text) {
    // A key may hold a '=' of its own: the one behind its bracket counts.
    const std::size_t bracket = text.find('[');
    std::size_t equals = text.find('=');
    if (bracket < equals) equals = equals_behind_bracket(text, bracket);
    if (equals == std::string_view::npos)
        return input_error(fmt::format("{}: expected = and a value", text), kAssignmentForms);
    XDPBENCH_TRY(Place place, parse_place(text.substr(0, equals)));
    XDPBENCH_TRY(model::Value value, parse_value(text.substr(equals + 1), text, "value"));
    return Assignment{std::move(place), std::move(value)};
}

std::string assignment_text(const model::Value& value) {
    if (const std::string* const text = value.scalar()) return *text;
    std::vector<std::string> parts;
    if (const model::Value::List* const list = value.list()) {
        for (const model::Value& item : *list) parts.push_back(part_text(item));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    for (const auto& [name, part] : *value.fields())
        parts.push_back(fmt::format("{}: {}", inner_text(name), part_text(part)));
    return fmt::format("{{{}}}", fmt::join(parts, ", "));
}

}  // namespace xdpbench::scenario
