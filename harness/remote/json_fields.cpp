#include "remote/json_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "packet/hex.h"

namespace xdpbench::remote {

const Json* JsonFields::find(const char* key) {
    known_.emplace_back(key);
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonFields::wrong(const std::string& key, const std::string& what) {
    if (!problem_) problem_ = fmt::format("\"{}\" {}", key, what);
}

std::optional<std::uint64_t> JsonFields::count(const char* key, std::uint64_t most) {
    const Json* const found = find(key);
    if (found == nullptr) return std::nullopt;
    if (found->is_number_unsigned() && found->get<std::uint64_t>() <= most)
        return found->get<std::uint64_t>();
    wrong(key, fmt::format("is no whole number from 0 to {}", most));
    return std::nullopt;
}

std::vector<std::uint64_t> JsonFields::counts(const char* key, std::uint64_t most) {
    const Json* const found = find(key);
    if (found == nullptr) return {};
    const bool right =
        found->is_array() && std::all_of(found->begin(), found->end(), [&](const Json& one) {
            return one.is_number_unsigned() && one.get<std::uint64_t>() <= most;
        });
    if (right) return found->get<std::vector<std::uint64_t>>();
    wrong(key, fmt::format("is no list of whole numbers from 0 to {}", most));
    return {};
}

void JsonFields::read(const char* key, std::string& value) {
    const Json* const found = find(key);
    if (found == nullptr) return;
    if (!found->is_string()) return wrong(key, "is no text");
    value = found->get<std::string>();
}

void JsonFields::read(const char* key, bool& value) {
    std::optional<bool> read_value;
    read(key, read_value);
    value = read_value.value_or(value);
}

void JsonFields::read(const char* key, std::optional<bool>& value) {
    const Json* const found = find(key);
    if (found == nullptr) return;
    if (!found->is_boolean()) return wrong(key, "is neither true nor false");
    value = found->get<bool>();
}

void JsonFields::read(const char* key, double& value, double least, double most) {
    const Json* const found = find(key);
    if (found == nullptr) return;
    const double number = found->is_number() ? found->get<double>() : std::nan("");
    if (number >= least && number <= most) {
        value = number;
    } else {
        wrong(key, fmt::format("is no number from {} to {}", least, most));
    }
}

void JsonFields::read(const char* key, std::vector<std::string>& value) {
    const Json* const found = find(key);
    if (found == nullptr) return;
    if (!found->is_array() ||
        !std::all_of(found->begin(), found->end(), [](const Json& one) { return one.is_string(); }))
        return wrong(key, "is no list of texts");
    value = found->get<std::vector<std::string>>();
}

void JsonFields::read(const char* key, std::vector<std::uint8_t>& value) {
    std::string text;
    read(key, text);
    Result<std::vector<std::uint8_t>> bytes = packet::parse_hex(text);
    if (!bytes) return wrong(key, "is no hex: " + bytes.error().what);
    if (!text.empty()) value = std::move(*bytes);
}

void JsonFields::read(const char* key, packet::Frames& value) {
    std::vector<std::string> texts;
    read(key, texts);
    for (const std::string& text : texts) {
        Result<std::vector<std::uint8_t>> bytes = packet::parse_hex(text);
        if (!bytes) return wrong(key, "is no list of frames in hex: " + bytes.error().what);
        value.push_back({std::move(*bytes), 0});
    }
}

const Json* JsonFields::object(const char* key) {
    const Json* const found = find(key);
    if (found != nullptr && !found->is_object()) wrong(key, "is no object");
    return found != nullptr && found->is_object() ? found : nullptr;
}

Result<void> JsonFields::result() const {
    if (problem_) return input_error(*problem_);
    for (const auto& [key, value] : object_.items()) {
        if (std::find(known_.begin(), known_.end(), key) == known_.end())
            return input_error(
                fmt::format("there is no key \"{}\" here{}", key, did_you_mean(key, known_)));
    }
    return {};
}

Result<Json> parse_object(std::string_view line, std::string_view what) {
    Json json = Json::parse(line, nullptr, false);
    if (json.is_object()) return json;
    constexpr std::size_t kShown = 80;
    return input_error(fmt::format("this {} is no JSON object: {}{}", what, line.substr(0, kShown),
                                   line.size() > kShown ? "..." : ""));
}

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace xdpbench::remote
