// One YAML document as a tree, with the place of everything in it. Knows nothing of scenarios.
#pragma once

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/location.h"

namespace xdpbench::scenario {

// More than any scenario needs, little enough for a hostile file to be refused at once. Aliases
// count as what they stand for.
inline constexpr std::size_t kMaxYamlBytes = std::size_t{4} << 20;
inline constexpr std::size_t kMaxYamlNodes = 100'000;
inline constexpr std::size_t kMaxYamlDepth = 64;

// Scalars are text, quoted or not: nothing is taken for a number, a truth value or a date.
struct YamlNode {
    struct Entry;
    using List = std::vector<YamlNode>;
    using Mapping = std::vector<Entry>;  // in the order written; no key twice

    model::Location where;
    std::variant<std::string, List, Mapping> data;

    [[nodiscard]] const std::string* scalar() const { return std::get_if<std::string>(&data); }
    [[nodiscard]] const List* list() const { return std::get_if<List>(&data); }
    [[nodiscard]] const Mapping* mapping() const { return std::get_if<Mapping>(&data); }
};

struct YamlNode::Entry {
    model::Location where;  // of the key
    std::string key;
    YamlNode value;
};

// The one document in `text`; `file` is what errors name. Beyond what YAML forbids, refused are:
// repeated keys, keys that are not text, merge keys, missing and null values, tags, characters that
// cannot be printed, a second document, and what passes the limits above. An alias becomes a copy
// of what it stands for, which keeps the place where it was written.
Result<YamlNode> parse_yaml(const std::string& text, const std::string& file);

}  // namespace xdpbench::scenario
