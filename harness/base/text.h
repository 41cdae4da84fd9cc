#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench {

// "a:b:" -> {"a", "b", ""}.
[[nodiscard]] std::vector<std::string> split(std::string_view text, char separator);
// {"a,b", "", "c"} -> {"a", "b", "", "c"}: an empty item is not passed over.
[[nodiscard]] std::vector<std::string> split_all(const std::vector<std::string>& texts,
                                                 char separator);

// Without white space at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

// The candidate a person who typed `typed` most likely meant: fewest edits (a swap is one), at most
// a third of its length; nothing if none is that near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view typed,
                                                 const std::vector<std::string>& candidates);

// " (did you mean NAME?)" for an error about an unknown name; empty if no candidate is near.
[[nodiscard]] std::string did_you_mean(std::string_view typed,
                                       const std::vector<std::string>& candidates);

// What follows "X has no Y NAME" in an error: " (did you mean NAME?); it has: ...".
[[nodiscard]] std::string what_there_is(std::string_view typed,
                                        const std::vector<std::string>& names);

// "1,234,567".
[[nodiscard]] std::string thousands(std::uint64_t number);

// "512 B", "3.4 KiB", "1.0 GiB".
[[nodiscard]] std::string byte_size(std::uint64_t bytes);

// "1 frame", "2 frames", "3 entries".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

// "3s", "250ms", "1.5s", "2m", and "3" for 3 s -> seconds; nothing if it is not a positive
// duration.
[[nodiscard]] std::optional<double> parse_duration(std::string_view text);

}  // namespace xdpbench
