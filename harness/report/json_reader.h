// Reads a JSON document that anybody may have written. What is missing is a default; what has
// another type than expected is noted, with its place, and becomes a default too.
#pragma once

#include <cstdint>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "report/json_parts.h"

namespace xdpbench::report {

class JsonReader {
  public:
    // `where`: what the place of a problem begins with.
    explicit JsonReader(const Json& json, std::string where = "")
        : JsonReader(json, std::move(where), std::make_shared<std::optional<std::string>>()) {}

    [[nodiscard]] bool has(const char* key) const;  // and it is not null
    [[nodiscard]] std::string text(const char* key) const;
    [[nodiscard]] bool flag(const char* key) const;
    [[nodiscard]] double number(const char* key) const;
    [[nodiscard]] std::optional<double> maybe_number(const char* key) const;
    // Of an unsigned integer that fits into the type.
    template <class Count = std::uint64_t>
    [[nodiscard]] Count count(const char* key) const {
        return static_cast<Count>(unsigned_up_to(key, std::numeric_limits<Count>::max()));
    }
    [[nodiscard]] std::vector<double> numbers(const char* key) const;
    [[nodiscard]] std::vector<bool> flags(const char* key) const;
    [[nodiscard]] std::vector<std::uint64_t> counts(const char* key) const;
    [[nodiscard]] std::vector<std::string> texts(const char* key) const;
    [[nodiscard]] JsonReader object(const char* key) const;  // without keys if it is missing
    [[nodiscard]] std::vector<JsonReader> objects(const char* key) const;
    // The names and the unsigned integers of an object, in its order.
    [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counts_by_name(
        const char* key) const;

    // The one of `all` whose name is the text under `key`. A text that is none is noted.
    template <class Enum, class Names, class NameOf>
    [[nodiscard]] Enum named(const char* key, const Names& all, NameOf name_of) const {
        const std::string name = text(key);
        for (const Enum one : all) {
            if (name == name_of(one)) return one;
        }
        if (has(key)) note(key, "has the value \"" + name + "\", which this tool does not know");
        return *std::begin(all);
    }

    // Notes something that is wrong with the value under `key`. The first one is kept.
    void note(const std::string& key, const std::string& what) const;
    // "benches[0].rounds[2].seconds is no number".
    [[nodiscard]] const std::optional<std::string>& problem() const { return *problem_; }

    [[nodiscard]] const Json& json() const { return *json_; }

  private:
    using Problem = std::shared_ptr<std::optional<std::string>>;
    JsonReader(const Json& json, std::string where, Problem problem)
        : json_(&json), where_(std::move(where)), problem_(std::move(problem)) {}
    // Nothing if it is missing or null.
    [[nodiscard]] const Json* find(const char* key) const;
    [[nodiscard]] const Json* find_list(const char* key) const;
    [[nodiscard]] std::uint64_t unsigned_up_to(const char* key, std::uint64_t most) const;

    const Json* json_;
    std::string where_;
    Problem problem_;
};

inline constexpr int kFirstSchemaVersion = 1;  // the oldest that is read

// "NAME is not a result of xdp-bench: REASON".
[[nodiscard]] Error no_result(const std::string& name, const std::string& reason);

// Any JSON document. An input error if there is none, or only part of one: "NAME is incomplete or
// damaged", with the place.
Result<Json> parse_json(std::string_view text, const std::string& name);

// The document in `text`, an object of a schema that this tool reads; `name` is for the error.
Result<Json> parse_document(std::string_view text, const std::string& name);

}  // namespace xdpbench::report
