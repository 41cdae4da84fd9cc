#include "base/number.h"

#include <cmath>

namespace xdpbench {

std::optional<std::pair<double, std::string_view>> parse_quantity(std::string_view text) {
    double number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc{} || !std::isfinite(number)) return std::nullopt;
    return std::pair{number, text.substr(static_cast<std::size_t>(end - text.data()))};
}

}  // namespace xdpbench
