// Typed reading of a YAML tree: each function takes a node as what it should be, or says at which
// place what was expected instead. `what` is what errors call the node: "the list of steps".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {

using Names = std::vector<std::string>;

// "a list", "a mapping" or "the text 'abc'".
[[nodiscard]] std::string describe(const YamlNode& node);

// The entry of a mapping; nothing if there is none or `node` is no mapping.
[[nodiscard]] const YamlNode::Entry* find_entry(const YamlNode& node, std::string_view key);

// Text that is not empty and fits on one line.
Result<std::string> read_line(const YamlNode& node, std::string_view what);

// Decimal digits.
Result<std::uint64_t> read_number(const YamlNode& node, std::string_view what);

// A list or mapping with something in it: what may be left out is left out, not left empty.
Result<const YamlNode::List*> read_items(const YamlNode& node, std::string_view what);
Result<const YamlNode::Mapping*> read_entries(const YamlNode& node, std::string_view what);

// A list whose every item `read` takes.
template <class T, class Read>
Result<std::vector<T>> read_list(const YamlNode& node, std::string_view what, Read read) {
    XDPBENCH_TRY(const auto* items, read_items(node, what));
    std::vector<T> list;
    for (const YamlNode& item : *items) {
        XDPBENCH_TRY(T value, read(item));
        list.push_back(std::move(value));
    }
    return list;
}

// A mapping that has all its required keys and no unknown ones. Refers to the node it was read
// from.
class Record {
  public:
    static Result<Record> read(const YamlNode& node, std::string_view what, const Names& required,
                               const Names& optional = {});

    // Nothing if the key was left out.
    [[nodiscard]] const YamlNode::Entry* entry(std::string_view key) const;
    [[nodiscard]] const YamlNode* find(std::string_view key) const;
    // A required key's value.
    [[nodiscard]] const YamlNode& at(std::string_view key) const { return *find(key); }
    [[nodiscard]] const YamlNode::Mapping& entries() const { return *node_->mapping(); }

  private:
    explicit Record(const YamlNode* node) : node_(node) {}

    const YamlNode* node_;
};

}  // namespace xdpbench::scenario
