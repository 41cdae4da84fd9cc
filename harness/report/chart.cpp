#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "report/html_parts.h"

namespace xdpbench::report {
namespace {

// In units of the page, before a narrow screen shrinks the chart.
constexpr double kWidth = 520;
constexpr double kHeight = 300;
constexpr double kLeft = 62;
constexpr double kTop = 30;  // the title of the value axis is above it
constexpr double kBottom = 48;

// Around (0, 0), about equally large: circle, square, triangle, diamond, triangle, cross.
constexpr std::array<const char*, kSeriesColours> kShapes{
    "M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "M-4-4h8v8h-8z",
    "M0-5.5L5 4H-5z",
    "M0-5.7L5.7 0L0 5.7L-5.7 0z",
    "M0 5.5L5-4H-5z",
    "M-5-2h3v-3h4v3h3v4h-3v3h-4v-3h-3z"};

std::string path_of(const std::vector<Point>& points) {
    std::string path;
    for (const Point& point : points)
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", point.x, point.y);
    return path;
}

std::string text_at(double x, double y, std::string_view anchor, std::string_view css_class,
                    std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\"{}{}>{}</text>\n", x, y,
                       anchor.empty() ? "" : fmt::format(" text-anchor=\"{}\"", anchor),
                       css_class.empty() ? "" : fmt::format(" class=\"{}\"", css_class),
                       html_text(text));
}

std::string rule(double x1, double y1, double x2, double y2, std::string_view css_class) {
    return fmt::format("<path class=\"{}\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\"/>\n", css_class, x1,
                       y1, x2, y2);
}

std::string svg_of(const std::string& label, double height, const std::string& content) {
    return fmt::format(
        "<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n", kWidth,
        height, html_text(label), content);
}

// Rows of a chart whose names are above their marks.
constexpr double kRow = 44;
constexpr double kRowMark = 24;  // from the top of a row to its mark
constexpr double kBarHeight = 14;
constexpr double kValueRoom = 140;
constexpr double kSide = 14;
constexpr double kValueGap = 28;  // behind the end of the axis

// The axis below such rows, with its grid behind them.
std::string row_axis(const Axis& axis, double width, double height) {
    std::string content;
    for (const Tick& tick : axis.ticks) {
        const double x = kSide + axis.place(tick.at) * width;
        content += rule(x, 2, x, height, "grid");
        content += text_at(x, height + 18, "middle", "tick", tick.text);
    }
    return content + text_at(kSide + width + kValueGap, height + 18, "", "tick", axis.title);
}

constexpr double kRowAxisHeight = 26;

std::string bar_row(const BarRow& row, const Axis& axis, double width, double top) {
    std::string content = text_at(kSide, top + 18, "", "", row.name);
    double length = 0;
    for (const BarPart& part : row.parts) {
        const double from = kSide + axis.place(length) * width;
        length += part.length;
        const double to = kSide + axis.place(length) * width;
        content += fmt::format(
            "<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>\n",
            part.css_class, from, top + kRowMark, std::max(0.0, to - from), kBarHeight);
    }
    double end = kSide + axis.place(length) * width;
    if (row.range) {
        const double low = kSide + axis.place(row.range->first) * width;
        const double high = kSide + axis.place(row.range->second) * width;
        const double middle = top + kRowMark + kBarHeight / 2;
        content += rule(low, middle, high, middle, "whisker");
        content += rule(low, middle - 4, low, middle + 4, "whisker");
        content += rule(high, middle - 4, high, middle + 4, "whisker");
        end = std::max(end, high);
    }
    return content + text_at(end + 8, top + kRowMark + 12, "", "", row.value);
}

}  // namespace

Plot::Plot(std::string label, Axis x, Axis y, double right)
    : label_(std::move(label)), x_(std::move(x)), y_(std::move(y)), right_(right) {}

double Plot::left_of(double x) const { return kLeft + x_.place(x) * (kWidth - kLeft - right_); }

double Plot::top_of(double y) const {
    return kHeight - kBottom - y_.place(y) * (kHeight - kBottom - kTop);
}

namespace {

// The point between two where the line reaches `y`.
Point crossing(const Point& a, const Point& b, double y) {
    return {a.x + (b.x - a.x) * (y - a.y) / (b.y - a.y), y};
}

// What of a falling or rising line lies below the upper end of the axis.
std::vector<Point> below(std::span<const Point> points, double high) {
    std::vector<Point> kept;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool in = points[i].y <= high;
        if (i > 0 && in != (points[i - 1].y <= high))
            kept.push_back(crossing(points[i - 1], points[i], high));
        if (in) kept.push_back(points[i]);
    }
    return kept;
}

}  // namespace

void Plot::line(std::span<const Point> all, const std::string& css_class, bool dashed) {
    const std::vector<Point> points = below(all, y_.high);
    std::vector<Point> placed;
    placed.reserve(points.size());
    for (const Point& point : points) placed.push_back({left_of(point.x), top_of(point.y)});
    marks_ += fmt::format("<path class=\"{}{}\" d=\"{}\"/>\n", dashed ? "thin dash " : "line ",
                          css_class, path_of(placed));
}

void Plot::steps(double from, double to, double at, const std::string& css_class) {
    marks_ += rule(left_of(from), top_of(at), left_of(to), top_of(at), "line " + css_class);
}

void Plot::dots(std::span<const Point> points, const std::string& css_class) {
    if (points.empty()) return;
    std::string path;
    for (const Point& point : points)
        path += fmt::format("M{:.0f} {:.0f}h0", left_of(point.x), top_of(point.y));
    marks_ += fmt::format("<path class=\"dots {}\" d=\"{}\"/>\n", css_class, path);
}

void Plot::rings(std::span<const Point> points, const std::string& css_class) {
    if (points.empty()) return;
    std::string path;
    for (const Point& point : points)
        path += fmt::format("M{:.0f} {:.0f}a2 2 0 1 0 4 0a2 2 0 1 0-4 0", left_of(point.x) - 2,
                            top_of(point.y));
    marks_ += fmt::format("<path class=\"ring {}\" d=\"{}\"/>\n", css_class, path);
}

void Plot::mark(Point at, std::size_t series) {
    marks_ += fmt::format(
        "<path class=\"mark {}\" transform=\"translate({:.1f} {:.1f})\" d=\"{}\"/>\n",
        series_class(series), left_of(at.x), top_of(at.y), kShapes.at(series % kShapes.size()));
}

void Plot::range(double x, double low, double high, const std::string& css_class) {
    constexpr double kEnd = 4;
    const double at = left_of(x);
    const double from = top_of(low);
    const double to = top_of(high);
    marks_ += fmt::format(
        "<path class=\"thin {}\" d=\"M{:.1f} {:.1f}V{:.1f}M{:.1f} {:.1f}h{}M{:.1f} {:.1f}h{}\"/>\n",
        css_class, at, from, to, at - kEnd, from, 2 * kEnd, at - kEnd, to, 2 * kEnd);
}

void Plot::vertical(double x, const std::string& css_class, const std::string& text) {
    const double at = left_of(x);
    marks_ += rule(at, kTop, at, kHeight - kBottom, "thin dash " + css_class);
    if (text.empty()) return;
    const bool right_half = at > kWidth / 2;
    marks_ += text_at(at + (right_half ? -5 : 5), kTop + 14, right_half ? "end" : "", "tick", text);
}

void Plot::note(Point at, const std::string& text, double up) {
    marks_ += text_at(left_of(at.x), top_of(at.y) - up, "middle", "tick", text);
}

void Plot::density(std::span<const double> values, std::span<const double> heights,
                   const std::string& css_class) {
    if (values.empty()) return;
    const double base = kWidth - right_ + 4;
    const double room = right_ - 10;
    std::vector<Point> outline{{base, top_of(values.front())}};
    for (std::size_t i = 0; i < values.size(); ++i)
        outline.push_back({base + heights[i] * room, top_of(values[i])});
    outline.push_back({base, top_of(values.back())});
    marks_ += fmt::format("<path class=\"area {}\" d=\"{}z\"/>\n", css_class, path_of(outline));
}

std::string Plot::frame() const {
    constexpr double kTickGap = 6;
    const double bottom = kHeight - kBottom;
    std::string content = text_at(2, 16, "", "tick", y_.title);
    for (const Tick& tick : y_.ticks) {
        const double y = top_of(tick.at);
        content += rule(kLeft, y, kWidth - right_, y, "grid");
        content += text_at(kLeft - kTickGap, y + 4, "end", "tick", tick.text);
    }
    for (const Tick& tick : x_.ticks) {
        const double x = left_of(tick.at);
        content += rule(x, bottom, x, bottom + 4, "axis");
        content += text_at(x, bottom + 19, "middle", "tick", tick.text);
    }
    content += rule(kLeft, bottom, kWidth - right_, bottom, "axis");
    return content +
           text_at((kLeft + kWidth - right_) / 2, kHeight - 6, "middle", "tick", x_.title);
}

std::string Plot::svg() const { return svg_of(label_, kHeight, frame() + marks_); }

std::string bar_chart(const std::string& label, const std::string& axis_title,
                      const std::vector<BarRow>& rows) {
    if (rows.empty()) return {};
    double longest = 0;
    for (const BarRow& row : rows) {
        double length = 0;
        for (const BarPart& part : row.parts) length += part.length;
        longest = std::max({longest, length, row.range ? row.range->second : 0});
    }
    const Axis axis = Axis::from_zero(axis_title, longest);
    const double width = kWidth - kSide - kValueRoom;
    const double height = static_cast<double>(rows.size()) * kRow + 6;
    std::string content = row_axis(axis, width, height);
    double top = 0;
    for (const BarRow& row : rows) {
        content += bar_row(row, axis, width, top);
        top += kRow;
    }
    return svg_of(label, height + kRowAxisHeight, content);
}

std::string effect_chart(const std::string& label, const std::string& axis_title,
                         const std::vector<EffectRow>& rows, double threshold) {
    if (rows.empty()) return {};
    double low = -threshold;
    double high = threshold;
    for (const EffectRow& row : rows) {
        low = std::min({low, row.effect, row.interval ? row.interval->first : row.effect});
        high = std::max({high, row.effect, row.interval ? row.interval->second : row.effect});
    }
    const double room = (high - low) * 0.05;
    const Axis axis = Axis::around(axis_title, low - room, high + room);
    const double width = kWidth - kSide - kValueRoom;
    const double height = static_cast<double>(rows.size()) * kRow + 6;
    const auto x_of = [&](double value) { return kSide + axis.place(value) * width; };
    std::string content = fmt::format(
        "<rect class=\"band\" x=\"{:.1f}\" y=\"2\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
        x_of(-threshold), x_of(threshold) - x_of(-threshold), height - 2);
    content += row_axis(axis, width, height);
    content += rule(x_of(0), 2, x_of(0), height, "axis");
    double top = 0;
    for (const EffectRow& row : rows) {
        const double middle = top + kRowMark + kBarHeight / 2;
        content += text_at(kSide, top + 18, "", "", row.name);
        if (row.interval)
            content += rule(x_of(row.interval->first), middle, x_of(row.interval->second), middle,
                            "line " + row.css_class);
        content += fmt::format(
            "<path class=\"mark {}\" transform=\"translate({:.1f} {:.1f})\" d=\"{}\"/>\n",
            row.css_class, x_of(row.effect), middle, kShapes[0]);
        content += text_at(kSide + width + 8, middle + 5, "", "", row.value);
        top += kRow;
    }
    return svg_of(label, height + kRowAxisHeight, content);
}

}  // namespace xdpbench::report
