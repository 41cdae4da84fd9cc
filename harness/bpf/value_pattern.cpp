#include "bpf/value_pattern.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/number.h"
#include "bpf/btf_value.h"
#include "bpf/value_text.h"
#include "scenario/diagnostic.h"

namespace xdpbench::bpf {
namespace {

// The texts of a value that may be patterns.
void collect(model::Value& value, std::vector<std::string*>& texts) {
    if (auto* const text = std::get_if<std::string>(&value.data)) texts.push_back(text);
    if (auto* const list = std::get_if<model::Value::List>(&value.data)) {
        for (model::Value& item : *list) collect(item, texts);
    }
    if (auto* const fields = std::get_if<model::Value::Fields>(&value.data)) {
        for (model::Value::Field& field : *fields) collect(field.value, texts);
    }
}

std::string text_of(std::uint64_t number, bool address) {
    if (!address) return std::to_string(number);
    return fmt::format("{}.{}.{}.{}", number >> 24U & 255U, number >> 16U & 255U,
                       number >> 8U & 255U, number & 255U);
}

std::uint64_t limit_of(std::size_t size) {
    return size >= sizeof(std::uint64_t) ? std::numeric_limits<std::uint64_t>::max()
                                         : (std::uint64_t{1} << (8 * size)) - 1;
}

}  // namespace

bool ValuePattern::read_steps(const std::string& text, std::vector<Step>& steps) {
    if (text.empty() || text.front() != 'i') return false;
    for (std::size_t at = 1; at < text.size();) {
        const char operation = text[at];
        if (operation != '+' && operation != '*' && operation != '%') return false;
        const std::size_t end = text.find_first_of("+*%", at + 1);
        const auto operand = xdpbench::parse_number<std::uint64_t>(
            std::string_view(text).substr(at + 1, end == std::string::npos ? end : end - at - 1));
        if (!operand || (operation == '%' && *operand == 0)) return false;
        steps.push_back({operation, *operand});
        at = end == std::string::npos ? text.size() : end;
    }
    return true;
}

std::uint64_t ValuePattern::apply(const std::vector<Step>& steps, std::uint64_t number) {
    for (const Step& step : steps) {
        number = step.operation == '+'   ? number + step.operand
                 : step.operation == '*' ? number * step.operand
                                         : number % step.operand;
    }
    return number;
}

std::uint64_t ValuePattern::largest(const std::vector<Step>& steps, std::uint64_t last) {
    for (const Step& step : steps) {
        last = step.operation == '+'   ? last + step.operand
               : step.operation == '*' ? last * step.operand
                                       : std::min(last, step.operand - 1);
    }
    return last;
}

Result<ValuePattern> ValuePattern::make(const ElementType& type, const model::Value& value,
                                        bool addresses, std::uint64_t first, std::uint64_t last) {
    static_cast<void>(first);
    model::Value known = value;
    std::vector<std::string*> texts;
    collect(known, texts);
    ValuePattern pattern;
    std::vector<std::pair<std::string*, Place>> places;
    for (std::string* const text : texts) {
        Place place;
        if (!read_steps(*text, place.steps)) continue;
        places.emplace_back(text, place);
        *text = text_of(0, addresses);
    }
    XDPBENCH_TRY(pattern.base_, encode(type, known));
    for (auto& [text, place] : places) {
        if (type.typed() && is_in_bit_field(type.types, type.id, known, text, type.size))
            return scenario::error_at(value.where, "a bit field cannot follow a number");
        // Where it is shows in what changes: with all bits set, and with the lowest one.
        const std::string zero = *text;
        std::optional<MapBytes> full;
        for (const char* const all :
             {"-1", "0xffffffffffffffff", "0xffffffff", "0xffff", "0xff", "1"}) {
            *text = addresses ? "255.255.255.255" : all;
            Result<MapBytes> encoded = encode(type, known);
            if (encoded) full = *std::move(encoded);
            if (full) break;
        }
        *text = text_of(1, addresses);
        XDPBENCH_TRY(const MapBytes one, encode(type, known));
        *text = zero;
        std::size_t end = 0;
        place.offset = pattern.base_.size();
        for (std::size_t i = 0; full && i < full->size(); ++i) {
            if ((*full)[i] == pattern.base_[i]) continue;
            place.offset = std::min(place.offset, i);
            end = i + 1;
        }
        if (end <= place.offset)
            return input_error(fmt::format("{} cannot follow a number here", *text));
        place.size = end - place.offset;
        place.big_endian = place.size > 1 && one[place.offset] == pattern.base_[place.offset];
        if (largest(place.steps, last) > limit_of(place.size))
            return scenario::error_at(
                value.where,
                fmt::format("{} does not fit the {} that it is written to",
                            largest(place.steps, last),
                            place.size == 1 ? "byte" : fmt::format("{} bytes", place.size)));
        pattern.places_.push_back(place);
    }
    return pattern;
}

void ValuePattern::write(std::uint64_t number, std::span<std::uint8_t> out) const {
    std::copy(base_.begin(), base_.end(), out.begin());
    for (const Place& place : places_) {
        std::uint64_t value = apply(place.steps, number);
        for (std::size_t i = 0; i < place.size; ++i) {
            const std::size_t at = place.big_endian ? place.size - 1 - i : i;
            out[place.offset + at] = static_cast<std::uint8_t>(value);
            value = i + 1 < sizeof(value) ? value >> 8U : 0;
        }
    }
}

}  // namespace xdpbench::bpf
