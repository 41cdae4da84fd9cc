// Enums whose enumerators are numbered from 0 and have a name each.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace xdpbench {

// The enumerator whose number is the place of `name` in `names`; nothing if it is not there.
template <class Enum, std::size_t Count>
std::optional<Enum> find_name(const std::array<std::string_view, Count>& names,
                              std::string_view name) {
    for (std::size_t i = 0; i < Count; ++i) {
        if (names[i] == name) return static_cast<Enum>(i);
    }
    return std::nullopt;
}

}  // namespace xdpbench
