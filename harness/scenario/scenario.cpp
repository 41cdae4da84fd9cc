#include "scenario/scenario.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace xdpbench {
namespace {

constexpr std::array<std::string_view, kActionCount> kActions{"XDP_ABORTED", "XDP_DROP", "XDP_PASS",
                                                              "XDP_TX", "XDP_REDIRECT"};
constexpr std::array<std::string_view, kModeCount> kModes{"generic", "native", "offload"};

constexpr std::array<std::string_view, kTopologyKindCount> kTopologies{"pair", "chain"};

// The enumerator whose number is the place of `name` in `names`.
template <class Enum, std::size_t Count>
std::optional<Enum> find_name(const std::array<std::string_view, Count>& names,
                              std::string_view name) {
    for (std::size_t i = 0; i < Count; ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

// A part of a value: fields in braces, text that could be taken for more than one word in quotes.
std::string inner_text(const Value& value) {
    if (value.fields() != nullptr) return fmt::format("{{{}}}", one_line(value));
    const std::string* const text = value.scalar();
    if (text == nullptr) return one_line(value);
    const bool word = !text->empty() && text->find_first_of(" \",={}[]") == std::string::npos;
    return word ? *text : fmt::format("\"{}\"", *text);
}

}  // namespace

std::string_view action_name(Action action) {
    return kActions.at(static_cast<std::size_t>(action));
}

std::optional<Action> parse_action(std::string_view name) {
    return find_name<Action>(kActions, name);
}

std::string_view mode_name(Mode mode) { return kModes.at(static_cast<std::size_t>(mode)); }

std::optional<Mode> parse_mode(std::string_view name) { return find_name<Mode>(kModes, name); }

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

std::string_view topology_name(TopologyKind kind) {
    return kTopologies.at(static_cast<std::size_t>(kind));
}

std::optional<TopologyKind> parse_topology(std::string_view name) {
    return find_name<TopologyKind>(kTopologies, name);
}

std::string Location::text() const {
    if (file.empty() || line == 0) return file;
    return fmt::format("{}:{}:{}", file, line, column);
}

}  // namespace xdpbench
