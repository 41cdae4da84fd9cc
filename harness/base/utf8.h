#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace xdpbench {

// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or that is a
// control character other than tab, line feed and carriage return before a line feed.
[[nodiscard]] std::optional<std::size_t> find_unprintable(std::string_view text);

// The same text with U+FFFD for each byte that find_unprintable() would find: text from object
// files, pcaps' names and kernel logs, fit for formats that insist on characters.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace xdpbench
