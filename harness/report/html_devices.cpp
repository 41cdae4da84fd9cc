// What drivers and devices declare, do and refuse.
#include <fmt/format.h>

#include "base/text.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

HtmlCell yes_or_no(bool yes, std::string_view positive, std::string_view negative) {
    return {html_text(yes ? positive : negative), yes ? "o-passed" : "o-failed"};
}

std::string offload_table(const model::OffloadRecord& offload) {
    std::vector<std::vector<HtmlCell>> rows;
    for (const model::OffloadStep& step : offload.steps)
        rows.push_back({{html_text(step.name), ""},
                        yes_or_no(step.held, "held", "refused"),
                        {html_text(step.detail), "wrap"}});
    return html_table({"step", "", "what was seen, or the kernel's text"}, rows);
}

std::string number_or_dash(std::uint64_t number) { return number == 0 ? "-" : thousands(number); }

std::vector<HtmlCell> feature_row(std::string_view name, std::string_view declared,
                                  const HtmlCell& detected, const std::string& answer) {
    return {
        {html_text(name), ""}, {html_text(declared), ""}, detected, {html_text(answer), "wrap"}};
}

// Whether the declared features name XDP at all (the netlink family netdev calls it "basic").
std::string declared_text(const model::DeviceRecord& device) {
    if (!device.declares) return "not declared: kernel before 6.3";
    return device.declared_names.empty() ? "nothing" : device.declared_names;
}

}  // namespace

std::string html_offloads(const model::RunRecord& run) {
    std::string html;
    for (const model::OffloadRecord& offload : run.offloads) {
        html += fmt::format("<h3>{} on {} ({}): {}, {}</h3>\n", html_text(offload.program),
                            html_text(offload.device), html_text(offload.driver),
                            model::name_of(offload.acceptance), model::name_of(offload.execution));
        html += fmt::format("<p>{}</p>\n", html_text(offload.evidence));
        html += offload_table(offload);
    }
    return html_panel("Devices", html);
}

std::string html_device(const model::DeviceRecord& device) {
    std::vector<std::vector<HtmlCell>> rows;
    rows.push_back(feature_row("XDP features", declared_text(device), {"", ""}, ""));
    for (const model::AttachModeRecord& mode : device.modes)
        rows.push_back(feature_row(std::string(model::mode_name(mode.mode)) + " mode", "",
                                   yes_or_no(mode.works, "works", "refused"), mode.answer));
    if (device.modes.empty())
        rows.push_back(feature_row("attach modes", "", {"not tried", ""}, device.modes_untried));
    rows.push_back(feature_row("MTU, bytes",
                               fmt::format("{} to {}", device.min_mtu, device.max_mtu),
                               {thousands(device.mtu), ""}, ""));
    rows.push_back(feature_row("largest MTU with XDP, bytes", "",
                               {number_or_dash(device.max_mtu_with_xdp), ""},
                               device.max_mtu_with_xdp_source));
    std::string queues;
    for (const auto& [name, number] : device.queues)
        queues += fmt::format("{}{} {}", queues.empty() ? "" : ", ", name, number);
    rows.push_back(feature_row("queues", "", {html_text(queues), ""}, ""));
    std::string html =
        fmt::format("<p>driver {}, firmware {}, {}, {}</p>\n",
                    html_text(device.driver.empty() ? "none" : device.driver),
                    html_text(device.firmware.empty() ? "none" : device.firmware),
                    device.up ? "up" : "down", device.carrier ? "carrier" : "no carrier");
    html += html_table({"feature", "declared", "detected", "what was seen, or the kernel's text"},
                       rows);
    return html_panel("Features", html);
}

}  // namespace xdpbench::report
