#include "scenario/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "scenario/diagnostic.h"

namespace xdpbench::scenario {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Well-formed YAML that is not read here. Only ever thrown through yaml-cpp, which calls the
// builder.
struct Refused {
    model::Location where;
    std::string what;
};

struct Size {
    std::size_t nodes = 1;
    std::size_t bytes = 0;
    std::size_t depth = 1;

    void contain(const Size& child) {
        nodes += child.nodes;
        bytes += child.bytes;
        depth = std::max(depth, child.depth + 1);
    }
};

Size measure(const YamlNode& node) {
    Size size;
    if (const auto* text = node.scalar()) size.bytes = text->size();
    if (const auto* list = node.list()) {
        for (const YamlNode& item : *list) size.contain(measure(item));
    }
    if (const auto* mapping = node.mapping()) {
        for (const YamlNode::Entry& entry : *mapping) {
            size.contain(Size{.nodes = 1, .bytes = entry.key.size(), .depth = 0});
            size.contain(measure(entry.value));
        }
    }
    return size;
}

// Builds the tree from yaml-cpp's events and refuses while reading: yaml-cpp's own tree would keep
// the first of two equal keys without a word, share aliased nodes and know no limits.
class TreeBuilder final : public YAML::EventHandler {
  public:
    explicit TreeBuilder(std::string file) : file_(std::move(file)) {}

    [[nodiscard]] std::optional<YamlNode> take_root() { return std::move(root_); }

    // What is refused once it is known that the document is well-formed.
    [[nodiscard]] const std::optional<Refused>& noted() const { return noted_; }

    // The innermost list or mapping that has begun and not ended.
    [[nodiscard]] std::optional<model::Location> unfinished() const {
        if (open_.empty()) return std::nullopt;
        return open_.back().node.where;
    }

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (root_) {
            throw Refused{place(mark), "a second document begins here: expected one in a file"};
        }
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
        const model::Location where = place(mark);
        spend(Size{}, where);
        note(missing_value(where));
        if (expects_key()) {
            open_.back().key = Key{where, {}};
        } else {
            add(YamlNode{where, {}});
        }
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const model::Location where = place(mark);
        if (expects_key()) throw Refused{where, "a key cannot be an alias: write the key out"};
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end()) {
            throw Refused{where, "the alias refers to what it is part of"};
        }
        spend(measure(found->second), where);
        add(found->second);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& text) override {
        YamlNode node{place(mark), text};
        refuse_tag(tag, node.where);
        spend(Size{.nodes = 1, .bytes = text.size()}, node.where);
        remember(anchor, node);
        if (expects_key()) {
            begin_entry(node.where, text);
        } else {
            add(std::move(node));
        }
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode{place(mark), YamlNode::List{}}, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value /*style*/) override {
        open(YamlNode{place(mark), YamlNode::Mapping{}}, tag, anchor);
    }
    void OnMapEnd() override { close(); }

  private:
    struct Key {
        model::Location where;
        std::string name;
    };

    // A list or mapping whose end has not come yet.
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        std::optional<Key> key;  // of a mapping: waits for its value
        std::map<std::string, model::Location, std::less<>> seen;
    };

    [[nodiscard]] model::Location place(const YAML::Mark& mark) const {
        return model::Location{file_, mark.line + 1, mark.column + 1};
    }

    [[nodiscard]] bool expects_key() const {
        return !open_.empty() && open_.back().node.mapping() != nullptr && !open_.back().key;
    }

    // yaml-cpp places a value that is not there at the next token, which may be lines below: the
    // key says it better.
    [[nodiscard]] Refused missing_value(const model::Location& where) const {
        if (open_.empty()) return {{file_, 1, 1}, "the file is empty"};
        if (open_.back().node.list() != nullptr) {
            return {where, "a list item without a value ends here"};
        }
        const auto& key = open_.back().key;
        if (!key) return {where, "a key without a name"};
        return {key->where, fmt::format("key {} has no value", in_quotes(key->name))};
    }

    static void refuse_tag(const std::string& tag, const model::Location& where) {
        // The tag of untagged nodes in yaml-cpp: "?" for plain ones, "!" for quoted scalars.
        if (tag.empty() || tag == "?" || tag == "!") return;
        throw Refused{where, fmt::format("tag {} is not read here: write the value as plain text",
                                         in_quotes(tag))};
    }

    // Where a bracket is never closed, yaml-cpp first takes what is in it for a key without a
    // value. So these two are not thrown: a syntax error, if one follows, is the better answer.
    void note(Refused refused) {
        if (!noted_) noted_ = std::move(refused);
    }

    void spend(const Size& size, const model::Location& where) {
        nodes_ += size.nodes;
        bytes_ += size.bytes;
        if (nodes_ > kMaxYamlNodes) {
            throw Refused{where, fmt::format("more than {}, aliases written out",
                                             counted(kMaxYamlNodes, "value"))};
        }
        if (bytes_ > kMaxYamlBytes) {
            throw Refused{where, fmt::format("more than {} of text, aliases written out",
                                             byte_size(kMaxYamlBytes))};
        }
        if (open_.size() + size.depth > kMaxYamlDepth) {
            throw Refused{where, fmt::format("nested more than {} deep", kMaxYamlDepth)};
        }
    }

    void remember(YAML::anchor_t anchor, const YamlNode& node) {
        if (anchor == 0) return;
        Size copied = measure(node);
        copied.depth = 0;  // a copy on the side makes nothing deeper
        spend(copied, node.where);
        anchored_.emplace(anchor, node);
    }

    void open(YamlNode node, const std::string& tag, YAML::anchor_t anchor) {
        if (expects_key()) {
            note({node.where, "a key must be text, not a list or a mapping"});
            open_.back().key = Key{node.where, {}};
        }
        refuse_tag(tag, node.where);
        spend(Size{}, node.where);
        open_.push_back(Open{std::move(node), anchor, std::nullopt, {}});
    }

    void close() {
        Open closed = std::move(open_.back());
        open_.pop_back();
        remember(closed.anchor, closed.node);
        add(std::move(closed.node));
    }

    void begin_entry(const model::Location& where, const std::string& name) {
        if (name == "<<") {
            throw Refused{where, "merge keys (<<) are not read: write the keys out"};
        }
        if (name.empty()) throw Refused{where, "a key without a name"};
        if (name.find('\n') != std::string::npos)
            throw Refused{where, fmt::format("the key {} has a line feed", in_quotes(name))};
        const auto [seen, is_new] = open_.back().seen.try_emplace(name, where);
        if (!is_new) {
            throw Refused{where,
                          fmt::format("key {} is repeated: first given at line {}, column {}",
                                      in_quotes(name), seen->second.line, seen->second.column)};
        }
        open_.back().key = Key{where, name};
    }

    void add(YamlNode node) {
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (auto* list = std::get_if<YamlNode::List>(&parent.node.data)) {
            list->push_back(std::move(node));
            return;
        }
        auto& mapping = std::get<YamlNode::Mapping>(parent.node.data);
        mapping.push_back(
            {std::move(parent.key->where), std::move(parent.key->name), std::move(node)});
        parent.key.reset();
    }

    std::string file_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, YamlNode> anchored_;
    std::optional<YamlNode> root_;
    std::optional<Refused> noted_;
    std::size_t nodes_ = 0;
    std::size_t bytes_ = 0;
};

// The place of the byte at `offset`.
model::Location locate(std::string_view text, std::size_t offset, const std::string& file) {
    const std::string_view before = text.substr(0, offset);
    const auto lines = std::count(before.begin(), before.end(), '\n');
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    return {file, static_cast<int>(lines) + 1, static_cast<int>(offset - line_start) + 1};
}

Result<void> check_bytes(std::string_view text, const std::string& file) {
    if (text.size() > kMaxYamlBytes) {
        return error_at({file, 0, 0},
                        fmt::format("{} of text: expected at most {}", byte_size(text.size()),
                                    byte_size(kMaxYamlBytes)));
    }
    if (const auto offset = find_unprintable(text)) {
        return error_at(locate(text, *offset, file),
                        fmt::format("byte 0x{:02x}: expected UTF-8 text without control characters",
                                    static_cast<unsigned char>(text[*offset])));
    }
    return {};
}

// The text with the end of the document made explicit. Without it yaml-cpp takes a quoted scalar
// that is never closed for one that ends with the file.
std::string terminated(std::string_view text) {
    std::string whole(text);
    if (!whole.empty() && whole.back() != '\n') whole += '\n';
    return whole + "...\n";
}

// The line `where` is on has a tab in its indentation.
bool is_indented_with_a_tab(std::string_view text, const model::Location& where) {
    for (int line = 1; line < where.line; ++line) text.remove_prefix(text.find('\n') + 1);
    const std::string_view indentation = text.substr(0, text.find_first_not_of(" \t"));
    return indentation.find('\t') != std::string_view::npos;
}

// What yaml-cpp says, in more words where it stops far from the cause.
std::string explain(const YAML::Exception& error, const model::Location& where,
                    std::string_view text, const std::optional<model::Location>& unfinished) {
    using namespace YAML::ErrorMsg;
    const bool unclosed = error.msg == END_OF_SEQ_FLOW || error.msg == END_OF_MAP_FLOW;
    if (unclosed && unfinished) {
        return fmt::format("{}: it begins at line {}, column {}", error.msg, unfinished->line,
                           unfinished->column);
    }
    const bool at_end = where == locate(text, text.size(), where.file);
    if (error.msg == DOC_IN_SCALAR && at_end) return "the file ends inside a quoted text";
    if (is_indented_with_a_tab(text, where)) {
        return error.msg + ": indentation is made of blanks, not tabs";
    }
    return error.msg;
}

model::Location place_of(const YAML::Exception& error, const std::string& file) {
    return {file, std::max(error.mark.line, 0) + 1, std::max(error.mark.column, 0) + 1};
}

// `where`, but not beyond the end of the text, where terminated() goes on.
model::Location within(std::string_view text, const model::Location& where) {
    model::Location end = locate(text, text.size(), where.file);
    const bool beyond = std::pair(where.line, where.column) > std::pair(end.line, end.column);
    return beyond ? end : where;
}

// Feeds the events of `text` to `builder`. yaml-cpp throws; nothing gets out of here.
Result<void> read_events(std::string_view text, const std::string& file, TreeBuilder& builder) {
    try {
        std::istringstream stream(terminated(text));
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
        return {};
    } catch (const Refused& refused) {
        const Refused first = builder.noted().value_or(refused);
        return error_at(within(text, first.where), first.what);
    } catch (const YAML::Exception& error) {
        const model::Location where = within(text, place_of(error, file));
        return error_at(where,
                        "not valid YAML: " + explain(error, where, text, builder.unfinished()));
    }
}

}  // namespace

Result<YamlNode> parse_yaml(const std::string& text, const std::string& file) {
    std::string_view content = text;
    if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
    XDPBENCH_CHECK(check_bytes(content, file));
    TreeBuilder builder(file);
    XDPBENCH_CHECK(read_events(content, file, builder));
    if (const auto& refused = builder.noted()) {
        return error_at(within(content, refused->where), refused->what);
    }
    auto root = builder.take_root();
    if (!root) return error_at({file, 1, 1}, "the file is empty");
    return *std::move(root);
}

}  // namespace xdpbench::scenario
