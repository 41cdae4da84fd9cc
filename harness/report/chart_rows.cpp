// Charts of rows: each has its name above its mark, and its value behind it.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/chart.h"
#include "report/chart_parts.h"

namespace xdpbench::report {
namespace {

constexpr double kRow = 44;
constexpr double kNameBase = 18;  // from the top of a row to the base line of its name
constexpr double kRowMark = 24;   // and to its mark
constexpr double kBarHeight = 14;
constexpr double kSide = 14;
constexpr double kValueGap = 8;
constexpr double kTitleGap = 28;  // behind the end of the axis
constexpr double kAxisHeight = 26;

// The axis below the rows. Its width leaves room for the longest value and for its own title.
struct RowAxis {
    Axis axis;
    std::size_t rows = 0;
    double width = 0;

    RowAxis(Axis of, std::size_t count, std::size_t longest_value)
        : axis(std::move(of)), rows(count) {
        const double value = kValueGap + static_cast<double>(longest_value) * kLetterWidth;
        const double title =
            kTitleGap + static_cast<double>(count_letters(axis.title)) * kTickLetterWidth;
        width = kChartWidth - kSide - std::max(value, title);
    }

    [[nodiscard]] double place(double value) const { return kSide + axis.place(value) * width; }
    [[nodiscard]] double end() const { return kSide + width; }
    [[nodiscard]] double height() const { return static_cast<double>(rows) * kRow + 6; }
    // A vertical line behind the marks, which leaves out the names.
    [[nodiscard]] std::string line(double value, std::string_view css_class) const {
        std::string path;
        for (std::size_t row = 0; row < rows; ++row) {
            const double top = static_cast<double>(row) * kRow;
            path += fmt::format("M{:.1f} {:.1f}V{:.1f}", place(value), top + kRowMark - 1,
                                top + kRow + 2);
        }
        return fmt::format("<path class=\"{}\" d=\"{}\"/>\n", css_class, path);
    }
    [[nodiscard]] std::string frame() const {
        std::string content;
        for (const Tick& tick : axis.ticks) {
            content += line(tick.at, "grid");
            content += svg_tick(place(tick.at), height() + 18, tick.text);
        }
        return content + svg_text(end() + kTitleGap, height() + 18, "", "tick", axis.title);
    }
};

template <class Row>
std::size_t longest_value(const std::vector<Row>& rows) {
    std::size_t longest = 0;
    for (const Row& row : rows) longest = std::max(longest, count_letters(row.value));
    return longest;
}

std::string bar_row(const BarRow& row, const RowAxis& axis, double top) {
    std::string content = svg_name(kSide, top + kNameBase, row.name);
    double length = 0;
    for (const BarPart& part : row.parts) {
        const double from = axis.place(length);
        length += part.length;
        const double to = axis.place(length);
        content += fmt::format(
            "<rect class=\"bar {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\"/>\n",
            part.css_class, from, top + kRowMark, std::max(0.0, to - from), kBarHeight);
    }
    double end = axis.place(length);
    if (row.range) {
        const double low = axis.place(row.range->first);
        const double high = axis.place(row.range->second);
        const double middle = top + kRowMark + kBarHeight / 2;
        content += svg_rule(low, middle, high, middle, "whisker");
        content += svg_rule(low, middle - 4, low, middle + 4, "whisker");
        content += svg_rule(high, middle - 4, high, middle + 4, "whisker");
        end = std::max(end, high);
    }
    return content + svg_text(end + kValueGap, top + kRowMark + 12, "", "", row.value);
}

std::string effect_row(const EffectRow& row, const RowAxis& axis, double top) {
    const double middle = top + kRowMark + kBarHeight / 2;
    std::string content = svg_name(kSide, top + kNameBase, row.name);
    if (row.interval)
        content += svg_rule(axis.place(row.interval->first), middle,
                            axis.place(row.interval->second), middle, "line " + row.css_class);
    content += svg_mark(axis.place(row.effect), middle, 0, row.css_class);
    return content + svg_text(axis.end() + kValueGap, middle + 5, "", "", row.value);
}

}  // namespace

std::string bar_chart(const std::string& label, const std::string& axis_title,
                      const std::vector<BarRow>& rows) {
    if (rows.empty()) return {};
    double longest = 0;
    for (const BarRow& row : rows) {
        double length = 0;
        for (const BarPart& part : row.parts) length += part.length;
        longest = std::max({longest, length, row.range ? row.range->second : 0});
    }
    const RowAxis axis(Axis::from_zero(axis_title, longest), rows.size(), longest_value(rows));
    std::string content = axis.frame();
    double top = 0;
    for (const BarRow& row : rows) {
        content += bar_row(row, axis, top);
        top += kRow;
    }
    return svg_chart(label, axis.height() + kAxisHeight, content);
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
    const RowAxis axis(Axis::around(axis_title, low - room, high + room), rows.size(),
                       longest_value(rows));
    std::string content = fmt::format(
        "<rect class=\"band\" x=\"{:.1f}\" y=\"2\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n",
        axis.place(-threshold), axis.place(threshold) - axis.place(-threshold), axis.height() - 2);
    content += axis.frame() + axis.line(0, "axis");
    double top = 0;
    for (const EffectRow& row : rows) {
        content += effect_row(row, axis, top);
        top += kRow;
    }
    return svg_chart(label, axis.height() + kAxisHeight, content);
}

}  // namespace xdpbench::report
