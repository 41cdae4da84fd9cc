#include "report/markdown_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::report {
namespace {

constexpr std::size_t kBlockBytes = 2000;

}  // namespace

std::string markdown_text(std::string_view text) {
    std::string result;
    for (const char letter : escaped(text)) {
        constexpr std::string_view kMarks = "\\`*_{}[]()#+!|<>~&@";
        if (letter == '\n' || letter == '\t')
            result += ' ';
        else if (kMarks.find(letter) != std::string_view::npos)
            result += std::string("\\") + letter;
        else
            result += letter;
    }
    return result;
}

std::string markdown_block(std::string_view text) {
    std::string shown = escaped(text.substr(0, kBlockBytes));
    if (text.size() > kBlockBytes) shown += "\n...";
    std::size_t longest = 0;
    std::size_t run = 0;
    for (const char letter : shown) {
        run = letter == '`' ? run + 1 : 0;
        longest = std::max(longest, run);
    }
    const std::string fence(std::max<std::size_t>(3, longest + 1), '`');
    return fmt::format("{0}text\n{1}\n{0}\n", fence, shown);
}

std::string markdown_table(const std::vector<TableRow>& rows, std::size_t left) {
    // Without the last columns that are empty.
    const auto filled = [](const TableRow& row) {
        const auto last = std::find_if(row.rbegin(), row.rend(),
                                       [](const std::string& cell) { return !cell.empty(); });
        return static_cast<std::size_t>(row.rend() - last);
    };
    std::size_t columns = 0;
    for (const TableRow& row : rows) columns = std::max(columns, filled(row));
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t column = 0; column < columns; ++column)
            text += "| " + (column < rows[i].size() ? markdown_text(rows[i][column]) : "") + " ";
        text += "|\n";
        for (std::size_t column = 0; i == 0 && column < columns; ++column)
            text += column < left ? "|---" : "|--:";
        if (i == 0) text += "|\n";
    }
    return text;
}

}  // namespace xdpbench::report
