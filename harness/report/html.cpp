#include "report/html.h"

#include <fmt/format.h>

#include <string_view>
#include <variant>

#include "report/html_parts.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

std::string body_of(const model::RunRecord& run) {
    const Source source = &run;
    return html_verdict(source) + html_problems(source) + html_programs(run) + html_offloads(run) +
           html_panel("Rates and costs", html_figures({html_rates(run), html_costs(run)})) +
           html_panel("CPUs and queues", html_figures({html_scalings(run)})) +
           html_panel("External traffic", html_figures({html_externals(run)})) +
           html_panel("Loss by offered rate", html_figures({html_losses_by_rate(run)})) +
           html_panel("Latency", html_figures({html_latencies(run)})) +
           html_panel("Frames", html_figures({html_losses(run), html_actions(run)})) +
           html_panel("Windows", html_figures({html_windows(run)})) + html_cases(source) +
           html_environment(source);
}

std::string body_of(const model::CompareRecord& record) {
    const Source source = &record;
    return html_verdict(source) + html_panel("Comparison", html_effects(record)) +
           html_problems(source) + html_cases(source) + html_environment(source);
}

std::string body_of(const model::QualificationRecord& record) {
    const Source source = &record;
    return html_verdict(source) + html_card(record) + html_features(record) +
           html_problems(source) + html_port_rates(record) + html_cases(source) +
           html_environment(source);
}

std::string body_of(const ResultTable& table) {
    const Source source = &table;
    return html_verdict(source) + html_panel("Comparison", html_changes(table)) +
           html_problems(source) + html_cases(source) + html_environment(source);
}

std::string body_of(const model::DeviceRecord& device) { return html_device(device); }

std::string heading(const model::RunRecord&) { return "run"; }
std::string heading(const model::CompareRecord& record) {
    return "comparison: " + record.base.object + " and " + record.contender.object;
}
std::string heading(const model::QualificationRecord& record) {
    return "qualification of " + record.device + ": " + std::string(name_of(verdict_of(record)));
}
std::string heading(const ResultTable&) { return "comparison of results"; }
std::string heading(const model::DeviceRecord& device) { return "device " + device.name; }

template <class Record>
std::string article(const Record& record, const std::string& name, std::size_t number) {
    const std::string title =
        name.empty() ? heading(record) : fmt::format("{} ({})", name, heading(record));
    return fmt::format("<article id=\"r{}\">\n<h1>{}</h1>\n{}</article>\n", number,
                       html_text(title), body_of(record));
}

}  // namespace

std::string to_html(std::span<const NamedResult> results) {
    std::string body;
    std::string contents;
    std::size_t number = 0;
    for (const NamedResult& one : results) {
        ++number;
        contents += fmt::format("<li><a href=\"#r{}\">{}</a></li>", number, html_text(one.name));
        body += std::visit([&](const auto& record) { return article(record, one.name, number); },
                           one.result);
    }
    if (results.size() > 1) body = "<nav><ul>" + contents + "</ul></nav>\n" + body;
    return html_page("xdp-bench report", body);
}

std::string to_html(const Source& source) {
    const std::string body =
        std::visit([](const auto* record) { return article(*record, "", 1); }, source);
    return html_page("xdp-bench report", body);
}

}  // namespace xdpbench::report
