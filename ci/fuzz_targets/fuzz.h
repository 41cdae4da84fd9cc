// What the fuzz targets share. Each target is a file with one LLVMFuzzerTestOneInput, linked with
// libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer (ci/fuzz builds and runs them).
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace xdpbench::fuzz {

// Ends the process, so that libFuzzer keeps the input: the code under test broke a promise of its
// header.
inline void require(bool holds, const char* promise) {
    if (holds) return;
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
    return {reinterpret_cast<const char*>(data), size};
}

// The part of `text` before the first zero byte; `text` becomes what is behind it.
inline std::string_view take_part(std::string_view& text) {
    const std::size_t end = text.find('\0');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    return part;
}

}  // namespace xdpbench::fuzz

// libFuzzer's entry: called with one input after the other.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
