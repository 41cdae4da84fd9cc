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
    std::string text;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (const std::string& cell : rows[i]) text += "| " + markdown_text(cell) + " ";
        text += "|\n";
        for (std::size_t column = 0; i == 0 && column < rows[i].size(); ++column)
            text += column < left ? "|---" : "|--:";
        if (i == 0) text += "|\n";
    }
    return text;
}

}  // namespace xdpbench::report
