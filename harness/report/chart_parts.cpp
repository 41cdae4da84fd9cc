#include "report/chart_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/html_parts.h"

namespace xdpbench::report {
namespace {

// Around (0, 0), about equally large: circle, square, triangle, diamond, triangle, cross.
constexpr std::array<const char*, kSeriesColours> kShapes{
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "M-4-4h8v8h-8z",
    "M0-5.5L5 4H-5z",
    "M0-5.7L5.7 0L0 5.7L-5.7 0z",
    "M0 5.5L5-4H-5z",
    "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"};

}  // namespace

std::size_t count_letters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (byte & '\xC0') != '\x80'; }));
}

std::string svg_text(double x, double y, std::string_view anchor, std::string_view css_class,
                     std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", x, y,
                       anchor.empty() ? "" : fmt::format(" text-anchor=\"{}\"", anchor),
                       css_class.empty() ? "" : fmt::format(" class=\"{}\"", css_class),
                       html_text(text));
}

std::string svg_tick(double x, double y, std::string_view text) {
    const double half = static_cast<double>(count_letters(text)) * kTickLetterWidth / 2;
    const double lowest = std::min(half, kChartWidth / 2);
    return svg_text(std::clamp(x, lowest, kChartWidth - lowest), y, "middle", "tick", text);
}

std::string svg_name(double x, double y, std::string_view text) {
    constexpr double kUsualLetterWidth = 8.1;
    const double room = kChartWidth - x - 2;
    const auto letters = static_cast<double>(count_letters(text));
    if (letters * kLetterWidth <= room) return svg_text(x, y, "", "", text);
    return fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" textLength=\"{:.0f}\" "
        "lengthAdjust=\"spacingAndGlyphs\">{}</text>\n",
        x, y, std::min(room, letters * kUsualLetterWidth), html_text(text));
}

std::string svg_rule(double x1, double y1, double x2, double y2, std::string_view css_class) {
    return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", css_class, x1,
                       y1, x2, y2);
}

std::string svg_mark(double x, double y, std::size_t shape, std::string_view css_class) {
    return fmt::format(
        "<path class=\"mark {}\" transform=\"translate({:.1f} {:.1f})\" d=\"{}\"/>\n", css_class, x,
        y, kShapes.at(shape % kShapes.size()));
}

std::string svg_chart(const std::string& label, double height, const std::string& content) {
    return fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
        kChartWidth, height, html_text(label), content);
}

}  // namespace xdpbench::report
