// A qualification: the card in short, what its driver declares, does and refuses, its rates.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/card_facts.h"
#include "report/html_sections.h"

namespace xdpbench::report {
namespace {

// What was detected: it works, or why not.
HtmlCell detected(const model::QualifiedCase& one) {
    switch (one.finding) {
        case model::Finding::pass:
            return {"works", "o-passed"};
        case model::Finding::note:
            return {"works, not declared", "o-passed"};
        case model::Finding::skip:
            return {"refused", "o-skipped"};
        case model::Finding::invalid:
            return {"unknown", "o-invalid"};
        case model::Finding::fail:
            return {one.declared == "yes" ? "declared, does not work" : "does not work",
                    "o-failed"};
    }
    return {"", ""};
}

std::string mpps(double rate) { return fmt::format("{:.3f}", rate / 1e6); }

}  // namespace

std::string html_card(const model::QualificationRecord& record) {
    std::string html = "<dl class=\"facts\">\n";
    html += fmt::format("<dt>port</dt><dd>{}{}</dd>\n", html_text(record.device),
                        record.peer.empty() ? "" : html_text(", peer " + record.peer));
    for (const CardFact& fact : card_facts(record)) {
        if (fact.label == "kernel") continue;  // it is in the facts below the verdict
        html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", fact.label, html_text(fact.value));
    }
    return html_panel("Card", html + "</dl>\n");
}

std::string html_features(const model::QualificationRecord& record) {
    std::vector<std::vector<HtmlCell>> rows;
    for (const model::QualifiedCase& one : record.cases) {
        if (one.declared.empty()) continue;
        rows.push_back({{html_text(one.full_name()), ""},
                        {html_text(one.declared), ""},
                        detected(one),
                        {html_text(one.message), "wrap"}});
    }
    if (rows.empty()) return {};
    return html_panel("Features", html_table({"feature", "declared", "detected",
                                              "what was seen, or the kernel's text"},
                                             rows));
}

std::string html_port_rates(const model::QualificationRecord& record) {
    std::vector<std::vector<HtmlCell>> rows;
    for (const model::QualifiedCase& one : record.cases) {
        for (const model::PortRate& rate : one.rates)
            rows.push_back(
                {{html_text(one.full_name()), ""},
                 {html_text(rate.frames), ""},
                 {mpps(rate.offered), "n"},
                 {mpps(rate.processed), "n"},
                 {rate.forwarded > 0 ? mpps(rate.forwarded) : "-", "n"},
                 {rate.line_rate > 0 ? fmt::format("{:.1f} %", 100 * rate.share_of_line()) : "-",
                  "n"},
                 {html_text(name_of(rate.limit)), ""}});
    }
    if (rows.empty()) return {};
    return html_panel("Rates",
                      html_table({"case", "frame size, bytes", "offered, Mpps", "processed, Mpps",
                                  "forwarded, Mpps", "of the line rate", "limited by"},
                                 rows));
}

}  // namespace xdpbench::report
