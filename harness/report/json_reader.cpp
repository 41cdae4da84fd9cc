#include "report/json_reader.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/json.h"

namespace xdpbench::report {
namespace {

// Of a result, lists and objects are nested up to six deep. A file of brackets would take 75 times
// its size in memory before it is refused.
bool is_nested_too_deep(std::string_view json) {
    constexpr int kDeepest = 32;
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size() && depth <= kDeepest; ++i) {
        const char letter = json[i];
        if (quoted) {
            if (letter == '\\') ++i;
            quoted = letter != '"';
        } else if (letter == '"') {
            quoted = true;
        } else if (letter == '[' || letter == '{') {
            ++depth;
        } else if (letter == ']' || letter == '}') {
            --depth;
        }
    }
    return depth > kDeepest;
}

}  // namespace

Error no_result(const std::string& name, const std::string& reason) {
    return input_error(
        fmt::format("{} is not a result of xdp-bench: {}", name, reason),
        "results are written by xdp-bench run, into results/ or to the file of --json");
}

Result<Json> parse_json(std::string_view text, const std::string& name) {
    if (is_nested_too_deep(text)) return no_result(name, "it is nested too deep");
    try {
        return Json::parse(text);
    } catch (const Json::parse_error& error) {
        // What begins otherwise is something else.
        if (!trim(text).starts_with('{')) return no_result(name, "it is no JSON document");
        const bool cut_off = error.byte > text.size();
        return input_error(
            fmt::format("{} is incomplete or damaged: {} at {}", name,
                        cut_off ? "it ends too early," : "what follows is no JSON,",
                        place_in(text, error.byte == 0 ? 0 : error.byte - 1)),
            "it was not written or copied to the end, or was changed; measure again, or copy it "
            "again");
    } catch (const Json::out_of_range&) {
        return input_error(
            fmt::format("{} is damaged: a number in it is too large for any result", name),
            "it was changed; measure again, or copy it again");
    }
}

Result<Json> parse_document(std::string_view text, const std::string& name) {
    XDPBENCH_TRY(Json document, parse_json(text, name));
    if (!document.is_object() || !document.contains("schema_version"))
        return no_result(name, "it has no \"schema_version\"");
    const Json& version = document["schema_version"];
    if (version == kFirstSchemaVersion || version == kResultSchemaVersion) return document;
    return input_error(fmt::format("{} has schema_version {}, this tool reads {} and {}", name,
                                   version.dump(), kFirstSchemaVersion, kResultSchemaVersion),
                       "read it with the tool that wrote it, or measure again");
}

void JsonReader::note(const std::string& key, const std::string& what) const {
    if (!*problem_)
        *problem_ = fmt::format("{}{}{} {}", where_, where_.empty() ? "" : ".", key, what);
}

const Json* JsonReader::find(const char* key) const {
    if (!json_->is_object()) return nullptr;
    const auto found = json_->find(key);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

const Json* JsonReader::find_list(const char* key) const {
    const Json* const found = find(key);
    if (found == nullptr || found->is_array()) return found;
    note(key, "is no list");
    return nullptr;
}

bool JsonReader::has(const char* key) const { return find(key) != nullptr; }

std::string JsonReader::text(const char* key) const {
    const Json* const found = find(key);
    if (found == nullptr) return {};
    if (found->is_string()) return found->get<std::string>();
    note(key, "is no text");
    return {};
}

bool JsonReader::flag(const char* key) const {
    const Json* const found = find(key);
    if (found == nullptr) return false;
    if (found->is_boolean()) return found->get<bool>();
    note(key, "is neither true nor false");
    return false;
}

std::optional<double> JsonReader::maybe_number(const char* key) const {
    const Json* const found = find(key);
    if (found == nullptr) return std::nullopt;
    if (found->is_number()) return found->get<double>();
    note(key, "is no number");
    return std::nullopt;
}

double JsonReader::number(const char* key) const { return maybe_number(key).value_or(0); }

std::uint64_t JsonReader::unsigned_up_to(const char* key, std::uint64_t most) const {
    const Json* const found = find(key);
    if (found == nullptr) return 0;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() <= most)
        return found->get<std::uint64_t>();
    note(key, fmt::format("is no whole number from 0 to {}", most));
    return 0;
}

std::vector<double> JsonReader::numbers(const char* key) const {
    std::vector<double> values;
    const Json* const list = find_list(key);
    if (list == nullptr) return values;
    values.reserve(list->size());
    for (const Json& one : *list) {
        if (!one.is_number()) {
            note(key, "has an entry that is no number");
            return {};
        }
        values.push_back(one.get<double>());
    }
    return values;
}

std::vector<bool> JsonReader::flags(const char* key) const {
    std::vector<bool> values;
    const Json* const list = find_list(key);
    if (list == nullptr) return values;
    for (const Json& one : *list) {
        if (!one.is_boolean()) {
            note(key, "has an entry that is neither true nor false");
            return {};
        }
        values.push_back(one.get<bool>());
    }
    return values;
}

std::vector<std::uint64_t> JsonReader::counts(const char* key) const {
    std::vector<std::uint64_t> values;
    const Json* const list = find_list(key);
    if (list == nullptr) return values;
    for (const Json& one : *list) {
        if (!one.is_number_unsigned()) {
            note(key, "has an entry that is no whole number from 0 on");
            return {};
        }
        values.push_back(one.get<std::uint64_t>());
    }
    return values;
}

std::vector<std::string> JsonReader::texts(const char* key) const {
    std::vector<std::string> values;
    const Json* const list = find_list(key);
    if (list == nullptr) return values;
    for (const Json& one : *list) {
        if (!one.is_string()) {
            note(key, "has an entry that is no text");
            return {};
        }
        values.push_back(one.get<std::string>());
    }
    return values;
}

JsonReader JsonReader::object(const char* key) const {
    static const Json kNone = Json::object();
    const Json* const found = find(key);
    if (found != nullptr && !found->is_object()) note(key, "is no object");
    return {found != nullptr && found->is_object() ? *found : kNone,
            where_ + (where_.empty() ? "" : ".") + key, problem_};
}

std::vector<JsonReader> JsonReader::objects(const char* key) const {
    std::vector<JsonReader> readers;
    const Json* const list = find_list(key);
    if (list == nullptr) return readers;
    readers.reserve(list->size());
    for (const Json& one : *list) {
        const std::string entry = fmt::format("{}[{}]", key, readers.size());
        if (!one.is_object()) {
            note(entry, "is no object");
            return {};
        }
        readers.push_back({one, where_ + (where_.empty() ? "" : ".") + entry, problem_});
    }
    return readers;
}

std::vector<std::pair<std::string, std::uint64_t>> JsonReader::counts_by_name(
    const char* key) const {
    std::vector<std::pair<std::string, std::uint64_t>> counts;
    const JsonReader reader = object(key);
    for (const auto& [name, value] : reader.json().items()) {
        if (value.is_number_unsigned())
            counts.emplace_back(name, value.get<std::uint64_t>());
        else
            reader.note(name, "is no whole number from 0 on");
    }
    return counts;
}

}  // namespace xdpbench::report
