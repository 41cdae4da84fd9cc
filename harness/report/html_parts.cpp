#include "report/html_parts.h"

#include <fmt/format.h>

#include "base/text.h"
#include "base/version.h"
#include "report/html_style.h"

namespace xdpbench::report {

std::string html_text(std::string_view text) {
    std::string result;
    for (const char letter : escaped(text)) {
        switch (letter) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += letter;
        }
    }
    return result;
}

std::string series_class(std::size_t series) { return fmt::format("s{}", series % kSeriesColours); }

std::string html_table(const TableRow& titles, const std::vector<std::vector<HtmlCell>>& rows) {
    std::string html = "<div class=\"scroll\"><table>\n<thead><tr>";
    for (std::size_t i = 0; i < titles.size(); ++i) {
        const bool number =
            !rows.empty() && i < rows.front().size() && rows.front()[i].css_class == "n";
        html += fmt::format("<th scope=\"col\"{}>{}</th>", number ? " class=\"n\"" : "",
                            html_text(titles[i]));
    }
    html += "</tr></thead>\n<tbody>\n";
    for (const std::vector<HtmlCell>& row : rows) {
        html += "<tr>";
        for (const HtmlCell& cell : row) {
            html +=
                cell.css_class.empty() ? "<td>" : fmt::format("<td class=\"{}\">", cell.css_class);
            html += cell.markup + "</td>";
        }
        html += "</tr>\n";
    }
    return html + "</tbody></table></div>\n";
}

std::string html_table(const std::vector<TableRow>& rows, std::size_t left) {
    if (rows.size() < 2) return {};
    std::vector<std::vector<HtmlCell>> cells;
    for (std::size_t row = 1; row < rows.size(); ++row) {
        cells.emplace_back();
        for (std::size_t i = 0; i < rows[row].size(); ++i)
            cells.back().push_back({html_text(rows[row][i]), i < left ? "" : "n"});
    }
    return html_table(rows.front(), cells);
}

std::string html_figure(const Figure& figure) {
    std::string html = fmt::format("<figure{}>\n<figcaption>{}</figcaption>\n",
                                   figure.wide ? " class=\"wide\"" : "", html_text(figure.title));
    if (!figure.legend.empty()) {
        html += "<ul class=\"legend\">";
        for (const LegendEntry& entry : figure.legend)
            html += fmt::format("<li><i class=\"{}\"></i>{}</li>", entry.css_class,
                                html_text(entry.text));
        html += "</ul>\n";
    }
    html += figure.svg;
    if (!figure.note.empty())
        html += fmt::format("<p class=\"note\">{}</p>\n", html_text(figure.note));
    if (!figure.data.empty()) html += html_details("Data", figure.data);
    return html + "</figure>\n";
}

std::string html_panel(std::string_view title, const std::string& content) {
    if (content.empty()) return {};
    return fmt::format("<section>\n<h2>{}</h2>\n{}</section>\n", html_text(title), content);
}

std::string html_figures(const std::vector<std::string>& figures) {
    std::string all;
    for (const std::string& figure : figures) all += figure;
    return all.empty() ? all : "<div class=\"figures\">\n" + all + "</div>\n";
}

std::string html_headline(const Headline& headline, std::string_view below) {
    return fmt::format("<p class=\"verdict {}\">{}<br><span class=\"dim\">{}</span></p>\n",
                       model::outcome_name(headline.outcome), html_text(headline.text),
                       html_text(below));
}

std::string html_facts(const std::vector<std::pair<std::string, std::string>>& facts) {
    std::string html = "<dl class=\"facts\">\n";
    for (const auto& [name, value] : facts) {
        if (!value.empty())
            html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(name), html_text(value));
    }
    return html + "</dl>\n";
}

std::string html_details(std::string_view summary, const std::string& content, bool open) {
    return fmt::format("<details{}><summary>{}</summary>\n{}</details>\n", open ? " open" : "",
                       html_text(summary), content);
}

std::string html_page(std::string_view title, const std::string& body) {
    // An icon of no bytes: a browser asks for one otherwise.
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
        "'unsafe-inline'; img-src data:\">\n"
        "<meta name=\"generator\" content=\"xdp-bench {}\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n"
        "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n"
        "</html>\n",
        tool_version(), html_text(title), html_style(), body);
}

}  // namespace xdpbench::report
