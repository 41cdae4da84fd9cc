// Tables of the console report and of its summaries.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace xdpbench::report {

using TableRow = std::vector<std::string>;

// For any format: what the table is of, and its rows, the first being the titles.
struct NamedTable {
    std::string heading;
    std::vector<TableRow> rows;
    std::size_t left = 1;  // so many columns are text, the others numbers
};

// Lines of aligned columns, the first row being the titles. The first `left` columns and the last
// one are aligned to the left, the others to the right. Each line begins with two spaces and has
// none at its end.
[[nodiscard]] std::string table_text(const std::vector<TableRow>& rows, std::size_t left);

}  // namespace xdpbench::report
