#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <utf8.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numeric>

#include "base/number.h"

namespace xdpbench {
namespace {

bool is_control(std::uint32_t character) {
    const bool c0 = character < 0x20 && character != '\t' && character != '\n';
    return c0 || (character >= 0x7f && character <= 0x9f);
}

struct CharacterRange {
    std::uint32_t first;
    std::uint32_t last;
};

// Unicode: line and paragraph separators, the controls of writing direction (UAX #9), and what XML
// excludes.
constexpr std::array<CharacterRange, 6> kMisleading{{{0x061c, 0x061c},
                                                     {0x200e, 0x200f},
                                                     {0x2028, 0x202e},
                                                     {0x2066, 0x2069},
                                                     {0xfeff, 0xfeff},
                                                     {0xfffe, 0xffff}}};

bool is_misleading(std::uint32_t character) {
    return std::any_of(kMisleading.begin(), kMisleading.end(), [&](const CharacterRange& range) {
        return range.first <= character && character <= range.last;
    });
}

void append_escaped(std::string& result, std::uint32_t character, std::string_view bytes) {
    if (!is_control(character) && !is_misleading(character)) {
        result.append(bytes);
    } else if (bytes.size() == 1) {
        result += fmt::format("\\x{:02x}", character);
    } else {
        result += fmt::format("\\u{:04x}", character);
    }
}

// What is well-formed at the start of `text`.
std::string_view well_formed(std::string_view text) {
    const auto end = utf8::find_invalid(text.begin(), text.end());
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Takes the first character off a text that is well-formed.
std::uint32_t take_character(std::string_view& text) {
    const char* next = text.data();
    const std::uint32_t character = utf8::unchecked::next(next);
    text.remove_prefix(static_cast<std::size_t>(next - text.data()));
    return character;
}

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal
// string alignment): swapped letters are the commonest slip.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);  // the row before the one before
    std::vector<std::size_t> above(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substituted = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({substituted, above[j] + 1, row[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[b.size()];
}

}  // namespace

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    std::size_t start = 0;
    for (;;) {
        const std::size_t end = text.find(separator, start);
        parts.emplace_back(text.substr(start, end - start));
        if (end == std::string_view::npos) return parts;
        start = end + 1;
    }
}

std::vector<std::string> split_all(const std::vector<std::string>& texts, char separator) {
    std::vector<std::string> all;
    for (const std::string& text : texts) {
        for (std::string& part : split(text, separator)) all.push_back(std::move(part));
    }
    return all;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::optional<std::string> nearest(std::string_view typed,
                                   const std::vector<std::string>& candidates) {
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(1, typed.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(typed, candidate);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view typed, const std::vector<std::string>& candidates) {
    const std::optional<std::string> near = nearest(typed, candidates);
    return near ? fmt::format(" (did you mean {}?)", *near) : "";
}

std::optional<std::size_t> find_unprintable(std::string_view text) {
    const std::string_view good = well_formed(text);
    for (std::string_view rest = good; !rest.empty();) {
        const std::size_t offset = good.size() - rest.size();
        const std::uint32_t character = take_character(rest);
        const bool line_end = character == '\r' && rest.starts_with('\n');
        if (is_control(character) && !line_end) return offset;
    }
    if (good.size() < text.size()) return good.size();
    return std::nullopt;
}

std::string escaped(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::string_view good = well_formed(text);
        for (std::string_view rest = good; !rest.empty();) {
            const std::string_view before = rest;
            const std::uint32_t character = take_character(rest);
            append_escaped(result, character, before.substr(0, before.size() - rest.size()));
        }
        text.remove_prefix(good.size());
        if (text.empty()) break;
        result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
        text.remove_prefix(1);
    }
    return result;
}

std::string shell_word(std::string_view text) {
    constexpr const char* kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:=@%";
    if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos)
        return std::string(text);
    return fmt::format("'{}'", fmt::join(split(text, '\''), "'\\''"));
}

std::string what_there_is(std::string_view typed, const std::vector<std::string>& names) {
    return fmt::format("{}; it has: {}", did_you_mean(typed, names),
                       names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", ")));
}

std::string thousands(std::uint64_t number) {
    const std::string digits = fmt::format("{}", number);
    std::string grouped;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
        grouped += digits[i];
    }
    return grouped;
}

std::string rate_text(double rate) {
    if (rate >= 1e6) return fmt::format("{:.4g} Mpps", rate / 1e6);
    if (rate >= 1e3) return fmt::format("{:.4g} kpps", rate / 1e3);
    return fmt::format("{:.4g} pps", rate);
}

std::string place_in(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    return fmt::format(
        "line {}, byte {} of {}",
        thousands(1U + static_cast<std::uint64_t>(std::count(before.begin(), before.end(), '\n'))),
        thousands(std::min(offset + 1, text.size())), thousands(text.size()));
}

std::string sequence_text(const std::vector<std::uint64_t>& numbers) {
    constexpr std::size_t kShown = 12;
    if (numbers.empty()) return "none";
    if (numbers.size() <= kShown) return fmt::format("{}", fmt::join(numbers, ", "));
    return fmt::format("{} ... ({})", fmt::join(numbers.begin(), numbers.begin() + kShown, ", "),
                       numbers.size());
}

std::string byte_size(std::uint64_t bytes) {
    constexpr std::array<std::string_view, 5> kUnits{"B", "KiB", "MiB", "GiB", "TiB"};
    if (bytes < 1024) return fmt::format("{} B", bytes);
    auto value = static_cast<double>(bytes);
    std::size_t unit = 0;
    // From 1023.95 on one decimal would round to 1024.0 of the smaller unit.
    while (value >= 1023.95 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

std::string counted(std::uint64_t number, std::string_view noun) {
    if (number == 1) return fmt::format("1 {}", noun);
    if (noun.ends_with("try")) {  // "entry": the only such noun that is counted
        return fmt::format("{} {}ies", thousands(number), noun.substr(0, noun.size() - 1));
    }
    if (noun.ends_with("ss")) return fmt::format("{} {}es", thousands(number), noun);  // "pass"
    return fmt::format("{} {}s", thousands(number), noun);
}

std::optional<double> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view name;
        double seconds;
    };
    constexpr std::array<Unit, 4> kUnits{{{"ms", 1e-3}, {"us", 1e-6}, {"s", 1.0}, {"m", 60.0}}};
    const auto quantity = parse_quantity(text);
    if (!quantity) return std::nullopt;
    const auto& [number, rest] = *quantity;
    const auto* const unit =
        std::find_if(kUnits.begin(), kUnits.end(),
                     [&unit_name = rest](const Unit& u) { return u.name == unit_name; });
    if (unit == kUnits.end() && !rest.empty()) return std::nullopt;
    const double seconds = number * (rest.empty() ? 1.0 : unit->seconds);
    if (!std::isfinite(seconds) || seconds <= 0) return std::nullopt;
    return seconds;
}

}  // namespace xdpbench
