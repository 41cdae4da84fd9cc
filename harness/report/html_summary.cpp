// How a run or a comparison ended, its cases, and what it ran on.
#include <fmt/format.h>

#include <utility>
#include <variant>
#include <vector>

#include "base/text.h"
#include "report/card_facts.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

HtmlCell outcome_cell(const Entry& entry) {
    return {html_text(entry.ending()), std::string("o-") + model::outcome_name(entry.outcome)};
}

std::string repeat_text(const Entry& entry) {
    return entry.repeat.empty()
               ? std::string()
               : fmt::format("<code class=\"dim\">{}</code>", html_text(entry.repeat));
}

std::string seconds_text(double seconds) {
    constexpr double kMilli = 1000;
    return seconds < 1 ? fmt::format("{:.1f} ms", seconds * kMilli)
                       : fmt::format("{:.1f} s", seconds);
}

// Cases of one suite; with their messages only those that are not shown in full elsewhere.
std::string suite_table(std::span<const Entry> entries) {
    std::vector<std::vector<HtmlCell>> rows;
    for (const Entry& entry : entries) {
        const std::string message =
            entry.message.empty() || entry.outcome == model::Outcome::failed
                ? ""
                : fmt::format("<span class=\"dim\">{}</span>", html_text(entry.message));
        rows.push_back({outcome_cell(entry),
                        {html_text(entry.name) + message + repeat_text(entry), ""},
                        {seconds_text(entry.seconds), "n"}});
    }
    return html_table({"outcome", "case, and the command that repeats it", "time"}, rows);
}

}  // namespace

std::string html_verdict(const Source& source) {
    const Entries entries = list_entries(source);
    std::string html = html_headline(entries.headline, outcomes_text(entries));
    html += html_facts({{"command", entries.command_line},
                        {"started", entries.started},
                        {"took", fmt::format("{:.1f} s", entries.seconds)},
                        {"tool", environment_value(entries, "tool_version")},
                        {"kernel", environment_value(entries, "kernel")},
                        {"CPU", environment_value(entries, "cpu_model")},
                        {"CPUs online", environment_value(entries, "cpus_online")},
                        {"hypervisor", environment_value(entries, "hypervisor")}});
    return html;
}

std::string html_environment(const Source& source) {
    Entries entries = list_entries(source);
    if (std::holds_alternative<const model::QualificationRecord*>(source))
        std::erase_if(entries.environment,
                      [](const auto& fact) { return is_card_key(fact.first); });
    return html_panel("Environment", html_facts(entries.environment));
}

std::string html_cases(const Source& source) {
    const Entries entries = list_entries(source);
    std::string html;
    for (std::size_t i = 0; i < entries.all.size();) {
        std::size_t end = i;
        while (end < entries.all.size() && entries.all[end].suite == entries.all[i].suite) ++end;
        const std::span<const Entry> suite = std::span(entries.all).subspan(i, end - i);
        html +=
            html_details(fmt::format("{}: {}", suite.front().suite, counted(suite.size(), "case")),
                         suite_table(suite), suite.size() <= 4);
        i = end;
    }
    return html_panel("Cases", html);
}

std::string html_problems(const Source& source) {
    const Entries entries = list_entries(source);
    std::string html;
    for (const Entry& entry : entries.all) {
        if (model::held(entry.outcome)) continue;
        html += fmt::format("<h3><span class=\"o-{}\">{}</span> {}: {}</h3>\n",
                            model::outcome_name(entry.outcome), html_text(entry.ending()),
                            html_text(entry.suite), html_text(entry.name));
        if (!entry.location.empty())
            html += fmt::format("<p class=\"dim\">{}</p>\n", html_text(entry.location));
        html += fmt::format("<pre>{}</pre>\n", html_text(entry.message));
        if (entry.frame != nullptr) html += html_frame(*entry.frame);
        if (!entry.repeat.empty())
            html += fmt::format("<p>repeat: <code>{}</code></p>\n", html_text(entry.repeat));
    }
    return html_panel("What did not pass", html);
}

std::string html_programs(const model::RunRecord& run) {
    std::vector<TableRow> rows{{"program", "object", "function", "tag", "jited, bytes",
                                "verified, instructions", "stack, bytes"}};
    for (const model::ProgramRecord& program : run.programs) {
        const auto maybe = [](const std::optional<std::uint64_t>& number) {
            return number ? thousands(*number) : std::string("-");
        };
        rows.push_back(
            {program.name, program.object, program.function, program.tag,
             thousands(program.jited_bytes), maybe(program.verified_insns),
             program.stack_bytes.empty() ? "-" : thousands(program.stack_bytes.front())});
    }
    return html_panel("Programs", html_table(rows, 4));
}

}  // namespace xdpbench::report
