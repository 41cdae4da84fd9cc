#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

namespace xdpbench::report {
namespace {

// Columns that a text takes on a terminal: UTF-8 continuation bytes take none.
std::size_t columns(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (byte & '\xC0') != '\x80'; }));
}

std::vector<std::size_t> widths_of(const std::vector<TableRow>& rows) {
    std::vector<std::size_t> widths(rows.front().size());
    for (const TableRow& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths.at(i) = std::max(widths[i], columns(row[i]));
    }
    return widths;
}

}  // namespace

std::string table_text(const std::vector<TableRow>& rows, std::size_t left) {
    if (rows.empty()) return {};
    const std::vector<std::size_t> widths = widths_of(rows);
    std::string text;
    for (const TableRow& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string blanks(widths[i] - columns(row[i]), ' ');
            const bool aligned_left = i < left || i + 1 == widths.size();
            line += "  " + (aligned_left ? row[i] + blanks : blanks + row[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

}  // namespace xdpbench::report
