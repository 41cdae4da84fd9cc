#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace xdpbench {

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or that is a
// control character other than tab, line feed and carriage return before a line feed.
[[nodiscard]] std::optional<std::size_t> find_unprintable(std::string_view text);

}  // namespace xdpbench
