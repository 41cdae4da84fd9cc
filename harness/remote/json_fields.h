// The keys of a JSON object that somebody else wrote: each is read once, with the type it must
// have.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "packet/frame.h"

namespace xdpbench::remote {

using Json = nlohmann::ordered_json;

class JsonFields {
  public:
    explicit JsonFields(const Json& object) : object_(object) {}

    // Each leaves `value` as it is if the key is missing.
    void read(const char* key, std::string& value);
    void read(const char* key, bool& value);
    void read(const char* key, double& value, double least, double most);
    void read(const char* key, std::vector<std::string>& value);
    void read(const char* key, packet::Frames& value);             // hex
    void read(const char* key, std::vector<std::uint8_t>& value);  // hex
    template <class Count>
    void read(const char* key, Count& value,
              std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<Count>::max())) {
        if (const std::optional<std::uint64_t> number = count(key, most))
            value = static_cast<Count>(*number);
    }
    template <class Count>
    void read(const char* key, std::optional<Count>& value,
              std::uint64_t most = static_cast<std::uint64_t>(std::numeric_limits<Count>::max())) {
        if (const std::optional<std::uint64_t> number = count(key, most))
            value = static_cast<Count>(*number);
    }
    void read(const char* key, std::optional<bool>& value);
    template <class Count>
    void read_list(const char* key, std::vector<Count>& value) {
        const auto most = static_cast<std::uint64_t>(std::numeric_limits<Count>::max());
        for (const std::uint64_t number : counts(key, most))
            value.push_back(static_cast<Count>(number));
    }
    // Nothing if it is missing or no object.
    const Json* object(const char* key);

    // Of what was read: the first wrong value, or a key that nobody asked for.
    [[nodiscard]] Result<void> result() const;
    void wrong(const std::string& key, const std::string& what);

  private:
    const Json* find(const char* key);
    std::optional<std::uint64_t> count(const char* key, std::uint64_t most);
    std::vector<std::uint64_t> counts(const char* key, std::uint64_t most);

    const Json& object_;
    std::vector<std::string> known_;
    std::optional<std::string> problem_;
};

// The object that a line is. `what`: of the line, for the error.
Result<Json> parse_object(std::string_view line, std::string_view what);
// As a line: what is not UTF-8 is replaced.
[[nodiscard]] std::string line_of(const Json& json);

}  // namespace xdpbench::remote
