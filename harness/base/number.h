// The number parser of the harness. Every text that a person or a file gives as a number goes
// through it, so all of them accept and reject the same.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

namespace xdpbench {

// The whole text as a number: no sign of plus, no white space, nothing before or after the digits.
// Returns nothing if the text is anything else or does not fit the type. `base` is for integers.
template <class Number>
[[nodiscard]] std::optional<Number> parse_number(std::string_view text, int base = 10) {
    Number number = 0;
    const char* const end = text.data() + text.size();
    std::from_chars_result parsed{};
    if constexpr (std::is_floating_point_v<Number>)
        parsed = std::from_chars(text.data(), end, number);
    else
        parsed = std::from_chars(text.data(), end, number, base);
    if (parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return number;
}

// A finite number and the unit behind it: "1.5Mpps" is 1.5 and "Mpps", "3" is 3 and "". Returns
// nothing if the text does not begin with a number.
[[nodiscard]] std::optional<std::pair<double, std::string_view>> parse_quantity(
    std::string_view text);

}  // namespace xdpbench
