// Tables of the console report.
#pragma once

#include <string>
#include <vector>

namespace xdpbench::report {

using TableRow = std::vector<std::string>;

// Lines of aligned columns, the first row being the titles. The first `left` columns and the last
// one are aligned to the left, the others to the right. Each line begins with two spaces and has
// none at its end.
[[nodiscard]] std::string table_text(const std::vector<TableRow>& rows, std::size_t left);

}  // namespace xdpbench::report
