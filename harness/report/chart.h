// Charts as inline SVG: axes with ticks, and marks in the coordinates of the data. Colours, fonts
// and line widths are the page's (html_style.h).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace xdpbench::report {

struct Tick {
    double at = 0;
    std::string text;
};

struct Axis {
    std::string title;  // with the unit
    double low = 0;
    double high = 1;
    bool logarithmic = false;
    std::vector<Tick> ticks;

    // For lengths that are compared: from zero to a round number at or above `highest`.
    static Axis from_zero(std::string title, double highest);
    // For positions: round numbers around both ends.
    static Axis around(std::string title, double lowest, double highest);
    // 0 to `count`, which need not be round.
    static Axis counts(std::string title, std::size_t count);
    // Powers of ten, and 2 and 5 between them where there are few. Both ends are above 0.
    static Axis powers(std::string title, double lowest, double highest);
    // 0, 1, 2 ... with these names. Names are left out where there is no room for all, but not the
    // first and the last one.
    static Axis names(std::string title, const std::vector<std::string>& names);

    // 0 at the lower end, 1 at the upper one; what lies outside is cut off.
    [[nodiscard]] double place(double value) const;
};

// At most about `wanted` round numbers from `low` to `high`: 0, 0.5, 1 ...
[[nodiscard]] std::vector<Tick> round_ticks(double low, double high, int wanted);

// A number for a person, with three significant digits, and `decimals` where those are more:
// "0.012", "12.3", "1,230".
[[nodiscard]] std::string figure_text(double value, int decimals = 0);

struct Point {
    double x = 0;
    double y = 0;
};

// A chart with two axes.
class Plot {
  public:
    // `label` is what a screen reader says. `right`: room right of the axes, in units of the page.
    Plot(std::string label, Axis x, Axis y, double right = 20);

    // `css_class`: series_class(), or "grey".
    void line(std::span<const Point> all, const std::string& css_class, bool dashed = false);
    void steps(double from, double to, double at, const std::string& css_class);  // a level
    void dots(std::span<const Point> points, const std::string& css_class);
    void rings(std::span<const Point> points, const std::string& css_class);
    // A large mark in the shape that belongs to the series.
    void mark(Point at, std::size_t series);
    // From `low` to `high` on the value axis, with ends.
    void range(double x, double low, double high, const std::string& css_class);
    void vertical(double x, const std::string& css_class, const std::string& text);
    // Beside or above a point.
    void note(Point at, const std::string& text, double up = 8);
    // How often values occur, right of the axes: heights in the order of `values`, the tallest 1.
    void density(std::span<const double> values, std::span<const double> heights,
                 const std::string& css_class);

    [[nodiscard]] std::string svg() const;

  private:
    [[nodiscard]] double left_of(double x) const;
    [[nodiscard]] double top_of(double y) const;
    [[nodiscard]] std::string frame() const;

    std::string label_;
    Axis x_;
    Axis y_;
    double right_;
    std::string marks_;
};

// A row of a chart of horizontal bars: its name above the bar, its value behind it.
struct BarPart {
    double length = 0;
    std::string css_class;
};
struct BarRow {
    std::string name;
    std::vector<BarPart> parts;                                     // one behind the other
    std::string value;                                              // with the unit
    std::optional<std::pair<double, double>> range = std::nullopt;  // of the end of the bar
};
// From zero. Nothing without rows.
[[nodiscard]] std::string bar_chart(const std::string& label, const std::string& axis_title,
                                    const std::vector<BarRow>& rows);

// A row of a chart of effects: a point with its interval.
struct EffectRow {
    std::string name;
    double effect = 0;
    std::optional<std::pair<double, double>> interval;
    std::string value;
    std::string css_class;
};
// Around zero, with a band of `threshold` on both sides. All in one unit, which the title has.
[[nodiscard]] std::string effect_chart(const std::string& label, const std::string& axis_title,
                                       const std::vector<EffectRow>& rows, double threshold);

}  // namespace xdpbench::report
