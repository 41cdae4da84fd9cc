// Pieces of a chart's markup: texts, lines, and the frame around them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace xdpbench::report {

// In units of the page, before a narrow screen shrinks the chart.
inline constexpr double kChartWidth = 520;

// The widest that a letter of a name, or of a tick, is in these units: on a narrow screen texts are
// larger (html_style.cpp). Texts are placed by it, because nobody knows the font before.
inline constexpr double kLetterWidth = 10.2;
inline constexpr double kTickLetterWidth = 9.6;
// Letters, of which UTF-8 may take several bytes each.
[[nodiscard]] std::size_t count_letters(std::string_view text);

[[nodiscard]] std::string svg_text(double x, double y, std::string_view anchor,
                                   std::string_view css_class, std::string_view text);
// Around `x`, but moved as far as it takes to stay within the chart.
[[nodiscard]] std::string svg_tick(double x, double y, std::string_view text);
// From `x` to the chart's right end; a longer text is compressed.
[[nodiscard]] std::string svg_name(double x, double y, std::string_view text);
[[nodiscard]] std::string svg_rule(double x1, double y1, double x2, double y2,
                                   std::string_view css_class);
// The mark that belongs to a series, around (x, y).
[[nodiscard]] std::string svg_mark(double x, double y, std::size_t shape,
                                   std::string_view css_class);
// `label` is what a screen reader says.
[[nodiscard]] std::string svg_chart(const std::string& label, double height,
                                    const std::string& content);

}  // namespace xdpbench::report
