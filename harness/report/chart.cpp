#include "report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/chart_parts.h"
#include "report/html_parts.h"

namespace xdpbench::report {
namespace {

constexpr double kWidth = kChartWidth;
constexpr double kHeight = 300;
constexpr double kLeft = 66;
constexpr double kTop = 30;  // the title of the value axis is above it
constexpr double kBottom = 48;

std::string path_of(const std::vector<Point>& points) {
    std::string path;
    for (const Point& point : points)
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? "M" : "L", point.x, point.y);
    return path;
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
    marks_ += svg_rule(left_of(from), top_of(at), left_of(to), top_of(at), "line " + css_class);
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
    marks_ += svg_mark(left_of(at.x), top_of(at.y), series, series_class(series));
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
    marks_ += svg_rule(at, kTop, at, kHeight - kBottom, "thin dash " + css_class);
    if (text.empty()) return;
    const bool right_half = at > kWidth / 2;
    marks_ +=
        svg_text(at + (right_half ? -5 : 5), kTop + 14, right_half ? "end" : "", "tick", text);
}

void Plot::note(Point at, const std::string& text, double up) {
    marks_ += svg_tick(left_of(at.x), top_of(at.y) - up, text);
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
    std::string content = svg_text(2, 16, "", "tick", y_.title);
    for (const Tick& tick : y_.ticks) {
        const double y = top_of(tick.at);
        content += svg_rule(kLeft, y, kWidth - right_, y, "grid");
        content += svg_text(kLeft - kTickGap, y + 4, "end", "tick", tick.text);
    }
    for (const Tick& tick : x_.ticks) {
        const double x = left_of(tick.at);
        content += svg_rule(x, bottom, x, bottom + 4, "axis");
        content += svg_tick(x, bottom + 19, tick.text);
    }
    content += svg_rule(kLeft, bottom, kWidth - right_, bottom, "axis");
    return content + svg_tick((kLeft + kWidth - right_) / 2, kHeight - 6, x_.title);
}

std::string Plot::svg() const { return svg_chart(label_, kHeight, frame() + marks_); }

}  // namespace xdpbench::report
