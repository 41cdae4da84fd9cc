// What this tool prints, for people and for machines: nothing else writes to its streams.
#pragma once

#include <fmt/format.h>

#include <cstdio>
#include <string_view>
#include <utility>

#include "base/text.h"

namespace xdpbench {

// Writes the text as it is. What a stream does not take is lost and no error: it may be closed or
// full.
inline void write_raw(std::FILE* out, std::string_view text) {
    (void)std::fwrite(text.data(), 1, text.size(), out);
}

// Like fmt::print(), with the result escaped().
template <class... Values>
void print(std::FILE* out, fmt::format_string<Values...> format, Values&&... values) {
    write_raw(out, escaped(fmt::format(format, std::forward<Values>(values)...)));
}

}  // namespace xdpbench
