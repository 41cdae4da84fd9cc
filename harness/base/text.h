#pragma once

#include <cstddef>
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
// The offset of the first byte that is not part of well-formed UTF-8 (RFC 3629), or that begins a
// control character other than tab, line feed and carriage return before a line feed.
[[nodiscard]] std::optional<std::size_t> find_unprintable(std::string_view text);

// Text of any origin, fit to be printed: what find_unprintable() finds, and characters that change
// the direction or the lines of the text around them, as "\x1b" (a byte) or "\u202e" (a character
// beyond ASCII). Line feeds and tabs stay. Everything that this tool prints goes through it.
[[nodiscard]] std::string escaped(std::string_view text);

// One word of a POSIX shell's command line: as it is, or within single quotes. For commands that
// are printed to be typed again.
[[nodiscard]] std::string shell_word(std::string_view text);

// What follows "X has no Y NAME" in an error: " (did you mean NAME?); it has: ...".
[[nodiscard]] std::string what_there_is(std::string_view typed,
                                        const std::vector<std::string>& names);

// "1,234,567".
[[nodiscard]] std::string thousands(std::uint64_t number);

// Packets a second: "80 pps", "500 kpps", "1.25 Mpps".
[[nodiscard]] std::string rate_text(double rate);

// Where in a text an offset is: "line 3, byte 120 of 345", both counted from 1.
[[nodiscard]] std::string place_in(std::string_view text, std::size_t offset);

// "1, 3, 5"; of a long list its beginning and how many there are in all; "none".
[[nodiscard]] std::string sequence_text(const std::vector<std::uint64_t>& numbers);

// "512 B", "3.4 KiB", "1.0 GiB".
[[nodiscard]] std::string byte_size(std::uint64_t bytes);

// "1 frame", "2 frames", "3 entries".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);

// "3s", "250ms", "1.5s", "2m", and "3" for 3 s -> seconds; nothing if it is not a positive
// duration.
[[nodiscard]] std::optional<double> parse_duration(std::string_view text);

}  // namespace xdpbench
