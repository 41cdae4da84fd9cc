#include "scenario/reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <vector>

#include "scenario/diagnostic.h"

namespace xdpbench::scenario {
namespace {

Error expected(const YamlNode& node, std::string_view kind, std::string_view what) {
    return error_at(node.where,
                    fmt::format("expected {} for {}, found {}", kind, what, describe(node)));
}

// `found` as the kind of node asked for, with something in it.
template <class Container>
Result<const Container*> read_container(const YamlNode& node, std::string_view kind,
                                        std::string_view what) {
    const auto* found = std::get_if<Container>(&node.data);
    if (found == nullptr) return expected(node, kind, what);
    if (found->empty()) {
        return error_at(
            node.where,
            fmt::format("{} is empty: write what belongs there or leave the key out", what));
    }
    return found;
}

Result<void> check_known(const YamlNode::Mapping& entries, std::string_view what,
                         const Names& known) {
    for (const YamlNode::Entry& entry : entries) {
        if (std::find(known.begin(), known.end(), entry.key) != known.end()) continue;
        return error_at(entry.where, fmt::format("unknown key {} in {}{}", in_quotes(entry.key),
                                                 what, correction(entry.key, known)));
    }
    return {};
}

}  // namespace

std::string describe(const YamlNode& node) {
    if (const auto* text = node.scalar()) return fmt::format("the text {}", in_quotes(*text));
    return node.list() != nullptr ? "a list" : "a mapping";
}

const YamlNode::Entry* find_entry(const YamlNode& node, std::string_view key) {
    const auto* entries = node.mapping();
    if (entries == nullptr) return nullptr;
    const auto found = std::find_if(entries->begin(), entries->end(),
                                    [&](const auto& entry) { return entry.key == key; });
    return found == entries->end() ? nullptr : &*found;
}

Result<std::string> read_line(const YamlNode& node, std::string_view what) {
    const auto* text = node.scalar();
    if (text == nullptr) return expected(node, "text", what);
    if (text->empty())
        return error_at(node.where, fmt::format("expected text for {}, found none", what));
    if (text->find_first_of("\r\n") != std::string::npos) return expected(node, "one line", what);
    return *text;
}

Result<std::uint64_t> read_number(const YamlNode& node, std::string_view what) {
    const auto* text = node.scalar();
    if (text == nullptr) return expected(node, "a number", what);
    std::uint64_t number = 0;
    const char* const end = text->data() + text->size();
    const auto [stop, code] = std::from_chars(text->data(), end, number);
    if (code == std::errc::result_out_of_range) return expected(node, "a number below 2^64", what);
    if (code != std::errc{} || stop != end)
        return expected(node, "a whole number, 0 or more,", what);
    return number;
}

Result<const YamlNode::List*> read_items(const YamlNode& node, std::string_view what) {
    return read_container<YamlNode::List>(node, "a list", what);
}

Result<const YamlNode::Mapping*> read_entries(const YamlNode& node, std::string_view what) {
    return read_container<YamlNode::Mapping>(node, "a mapping", what);
}

Result<Record> Record::read(const YamlNode& node, std::string_view what, const Names& required,
                            const Names& optional) {
    XDPBENCH_TRY(const auto* entries, read_entries(node, what));
    Names known = required;
    known.insert(known.end(), optional.begin(), optional.end());
    XDPBENCH_CHECK(check_known(*entries, what, known));
    const Record record(&node);
    std::vector<std::string> missing;
    for (const std::string& key : required)
        if (record.find(key) == nullptr) missing.push_back(in_quotes(key));
    if (!missing.empty()) {
        return error_at(node.where,
                        fmt::format("{} has no {} {}", what, missing.size() == 1 ? "key" : "keys",
                                    fmt::join(missing, ", ")));
    }
    return record;
}

const YamlNode::Entry* Record::entry(std::string_view key) const { return find_entry(*node_, key); }

const YamlNode* Record::find(std::string_view key) const {
    const YamlNode::Entry* const found = entry(key);
    return found == nullptr ? nullptr : &found->value;
}

}  // namespace xdpbench::scenario
