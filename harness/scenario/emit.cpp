#include "scenario/emit.h"

#include <fmt/format.h>

#include <algorithm>

namespace xdpbench::scenario {

std::string quoted(const std::string& text) {
    std::string out = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\') {
            out += std::string("\\") + letter;
        } else if (letter == '\n') {
            out += "\\n";
        } else if (letter == '\t') {
            out += "\\t";
        } else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(letter));
        } else {
            out += letter;
        }
    }
    return out + "\"";
}

namespace {

constexpr std::size_t kLongestLine = 110;

// Text that means itself without quotes, wherever it stands.
bool is_plain(const std::string& text) {
    constexpr std::string_view kLetters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./";
    constexpr std::string_view kInside = "-#+ ";
    if (text.empty() || text == "null" || text == "Null" || text == "NULL" || text == "...")
        return false;
    const bool known = std::all_of(text.begin(), text.end(), [&](char letter) {
        return kLetters.find(letter) != std::string_view::npos ||
               kInside.find(letter) != std::string_view::npos;
    });
    const bool comment = text.find(" #") != std::string::npos;
    return known && !comment && kLetters.find(text.front()) != std::string_view::npos &&
           text.back() != ' ';
}

std::string scalar_text(const std::string& text) { return is_plain(text) ? text : quoted(text); }

std::string flow(const YamlNode& node) {
    if (const auto* text = node.scalar()) return scalar_text(*text);
    std::vector<std::string> parts;
    if (const auto* list = node.list()) {
        for (const YamlNode& item : *list) parts.push_back(flow(item));
        return fmt::format("[{}]", fmt::join(parts, ", "));
    }
    for (const YamlNode::Entry& entry : *node.mapping())
        parts.push_back(fmt::format("{}: {}", scalar_text(entry.key), flow(entry.value)));
    return fmt::format("{{ {} }}", fmt::join(parts, ", "));
}

std::size_t depth_of(const YamlNode& node) {
    std::size_t deepest = 0;
    if (const auto* list = node.list()) {
        for (const YamlNode& item : *list) deepest = std::max(deepest, depth_of(item));
    } else if (const auto* mapping = node.mapping()) {
        for (const YamlNode::Entry& entry : *mapping)
            deepest = std::max(deepest, depth_of(entry.value));
    } else {
        return 0;
    }
    return deepest + 1;
}

// Whether `node` may stand on one line, of which `used` columns are taken.
bool fits_line(const YamlNode& node, const std::string& line, std::size_t used) {
    constexpr std::size_t kDeepestOnALine = 3;
    return node.scalar() != nullptr ||
           (depth_of(node) <= kDeepestOnALine && used + line.size() <= kLongestLine);
}

// Appends `node` behind "key:" or "-", on the same line if it fits there.
void append_value(std::string& out, const YamlNode& node, std::size_t indent, std::size_t used) {
    const std::string line = flow(node);
    if (fits_line(node, line, used + 1)) {
        out += " " + line + "\n";
        return;
    }
    out += '\n';
    out += emit_yaml(node, indent + 2);
}

}  // namespace

std::string emit_yaml(const YamlNode& node, std::size_t indent) {
    const std::string margin(indent, ' ');
    std::string out;
    if (const auto* text = node.scalar()) return margin + scalar_text(*text) + "\n";
    if (const auto* mapping = node.mapping()) {
        for (const YamlNode::Entry& entry : *mapping) {
            const std::string start = fmt::format("{}{}:", margin, scalar_text(entry.key));
            out += start;
            append_value(out, entry.value, indent, start.size());
        }
        return out;
    }
    for (const YamlNode& item : *node.list()) {
        const std::string line = flow(item);
        if (fits_line(item, line, indent + 2)) {
            out += fmt::format("{}- {}\n", margin, line);
            continue;
        }
        std::string block = emit_yaml(item, indent + 2);
        block[indent] = '-';  // the item's first line begins with "- " instead of blanks
        out += block;
    }
    return out;
}

YamlNode yaml_text(std::string text) { return YamlNode{{}, std::move(text)}; }

YamlNode yaml_list(YamlNode::List items) { return YamlNode{{}, std::move(items)}; }

YamlNode yaml_mapping(std::vector<std::pair<std::string, YamlNode>> entries) {
    YamlNode::Mapping mapping;
    mapping.reserve(entries.size());
    for (std::pair<std::string, YamlNode>& entry : entries)
        mapping.push_back({{}, std::move(entry.first), std::move(entry.second)});
    return YamlNode{{}, std::move(mapping)};
}

YamlNode& entry_of(YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<YamlNode::Mapping>(mapping.data);
    const auto found = std::find_if(entries.begin(), entries.end(),
                                    [&](const YamlNode::Entry& entry) { return entry.key == key; });
    if (found != entries.end()) return found->value;
    entries.push_back({{}, key, yaml_mapping({})});
    return entries.back().value;
}

void erase_entry(YamlNode& mapping, const std::string& key) {
    auto& entries = std::get<YamlNode::Mapping>(mapping.data);
    std::erase_if(entries, [&](const YamlNode::Entry& entry) { return entry.key == key; });
}

}  // namespace xdpbench::scenario
