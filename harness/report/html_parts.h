// What HTML documents are made of: escaped text, tables, figures with their data, the page.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/headline.h"
#include "report/table.h"

namespace xdpbench::report {

// Text of any origin inside an element or an attribute in quotes. Control characters and bytes that
// are no UTF-8 are shown as the console shows them.
[[nodiscard]] std::string html_text(std::string_view text);

// One of the colours that colour-blind people can tell apart, and the marker that goes with it.
// They begin again after kSeriesColours.
inline constexpr std::size_t kSeriesColours = 6;
[[nodiscard]] std::string series_class(std::size_t series);  // "s0"

// A cell that is markup already, and the class of its element, if any.
struct HtmlCell {
    std::string markup;
    std::string css_class;
};
// Rows of cells below a row of titles. Cells of the class "n" are numbers, aligned to the right.
[[nodiscard]] std::string html_table(const TableRow& titles,
                                     const std::vector<std::vector<HtmlCell>>& rows);
// The same of plain text: the first `left` columns are text, the others numbers.
[[nodiscard]] std::string html_table(const std::vector<TableRow>& rows, std::size_t left);

struct LegendEntry {
    std::string text;
    std::string css_class;  // of what it explains: series_class(), "grey" ...
};

// A chart with its title, its legend, a sentence on how to read it, and its data as a table, which
// opens on demand.
struct Figure {
    std::string title;  // with the unit
    std::string note;   // plain text; may be empty
    std::vector<LegendEntry> legend;
    std::string svg;
    std::string data;  // a table
    bool wide = false;
};
[[nodiscard]] std::string html_figure(const Figure& figure);

// A part of the page with a title. Nothing if there is no content.
[[nodiscard]] std::string html_panel(std::string_view title, const std::string& content);
// Figures next to each other where there is room. Nothing if all are empty.
[[nodiscard]] std::string html_figures(const std::vector<std::string>& figures);
// How it ended, large and in the colour of its outcome; below it what it is made of.
[[nodiscard]] std::string html_headline(const Headline& headline, std::string_view below);
// Names and values, without those that are empty.
[[nodiscard]] std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts);
// What opens on demand.
[[nodiscard]] std::string html_details(std::string_view summary, const std::string& content,
                                       bool open = false);

// The whole document: one file that loads nothing and needs no script.
[[nodiscard]] std::string html_page(std::string_view title, const std::string& body);

}  // namespace xdpbench::report
