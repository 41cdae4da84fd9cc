#include "commands/help.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/text.h"

namespace xdpbench::commands {
namespace {

constexpr std::size_t kNameColumns = 30;
constexpr std::size_t kTextColumns = 70;

// CLI11 indents what follows a line break.
std::string wrapped(const std::string& text) {
    std::string lines;
    std::size_t used = 0;
    for (const std::string& word : split(text, ' ')) {
        const bool breaks = used > 0 && used + 1 + word.size() > kTextColumns;
        if (used > 0) lines += breaks ? "\n" : " ";
        used = breaks || used == 0 ? word.size() : used + 1 + word.size();
        lines += word;
    }
    return lines;
}

}  // namespace

HelpFormatter::HelpFormatter() { column_width(kNameColumns); }

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
    std::string text = option->get_description();
    if (option->get_required() && !option->get_positional()) text += " (required)";
    if (!option->get_needs().empty())
        text += fmt::format(" (needs {})", (*option->get_needs().begin())->get_name());
    return wrapped(text);
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
    if (option->get_type_size() == 0 || option->get_positional()) return "";
    return " " + option->get_type_name();
}

std::string HelpFormatter::make_subcommand(const CLI::App* command) const {
    return fmt::format("  {:<{}}{}\n", command->get_name(), kNameColumns - 2,
                       fmt::join(split(wrapped(command->get_description()), '\n'),
                                 "\n" + std::string(kNameColumns, ' ')));
}

}  // namespace xdpbench::commands
