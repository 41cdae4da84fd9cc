// What Markdown documents are made of: text in which nothing is markup, blocks and tables.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "report/table.h"

namespace xdpbench::report {

// Text of any origin on one line, without what Markdown or HTML would read in it.
[[nodiscard]] std::string markdown_text(std::string_view text);

// Text of any origin in a block of its own; no run of backticks in it ends the block.
[[nodiscard]] std::string markdown_block(std::string_view text);

// The first row has the titles; the first `left` columns are text.
[[nodiscard]] std::string markdown_table(const std::vector<TableRow>& rows, std::size_t left);

}  // namespace xdpbench::report
