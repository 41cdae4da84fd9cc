#include "report/markdown.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "report/markdown_parts.h"
#include "report/markdown_sections.h"

namespace xdpbench::report {
namespace {

constexpr std::size_t kProblemsShown = 10;

// What did not pass, each with its message and how to repeat it.
std::string problems(const Entries& entries) {
    std::string text;
    std::size_t count = 0;
    for (const Entry& entry : entries.all) {
        if (model::held(entry.outcome) || ++count > kProblemsShown) continue;
        text += fmt::format("**{}**: {}: {}\n\n{}", markdown_text(entry.ending()),
                            markdown_text(entry.suite), markdown_text(entry.name),
                            markdown_block(entry.message));
        if (!entry.repeat.empty()) text += "\nTo repeat it:\n\n" + markdown_block(entry.repeat);
        text += "\n";
    }
    if (count > kProblemsShown) text += fmt::format("... and {} more\n\n", count - kProblemsShown);
    return text;
}

}  // namespace

std::string to_markdown(const Source& source) {
    const Entries entries = list_entries(source);
    std::string text =
        fmt::format("### xdp-bench: {}\n\n{} in {:.1f} s; kernel {}, {}\n\n",
                    markdown_text(entries.headline.text), markdown_text(outcomes_text(entries)),
                    entries.seconds, markdown_text(environment_value(entries, "kernel")),
                    markdown_text(environment_value(entries, "cpu_model")));
    text += std::visit([](const auto* record) { return markdown_section(*record); }, source);
    text += problems(entries);
    return text + "The whole of it again:\n\n" + markdown_block(entries.command_line);
}

}  // namespace xdpbench::report
