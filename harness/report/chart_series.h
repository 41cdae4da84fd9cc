// A figure of a series of results over time, with the points where it changed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace xdpbench::report {

struct SeriesPoint {
    std::string label;  // what a person knows the result by: a commit, a time
    double value = 0;
    std::string tick = {};  // the same in short, below the axis; empty: the label
};

// The level changed between point `index` - 1 and point `index`.
struct SeriesChange {
    std::size_t index = 0;
    double before = 0;  // medians of the points up to the neighbouring changes
    double after = 0;
    std::string text;  // "9f3c2a1: +3.1 %, p 0.001"
};

struct ChartSeries {
    std::string title;                // "icmp_lb, native, 64 bytes, cycles/packet"
    std::string unit;                 // "cycles/packet"
    std::vector<SeriesPoint> points;  // oldest first
    std::vector<SeriesChange> changes;
    std::string unchanged;  // what is said where there are none
};

// Markup for a page (html_parts.h): the points in their order, the level between changes, each
// change with its text, and all of it as a table. The value axis need not begin at zero: no
// lengths are compared. Nothing without points.
[[nodiscard]] std::string series_figure(const ChartSeries& series);

}  // namespace xdpbench::report
