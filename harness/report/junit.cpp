#include "report/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <string_view>

#include "report/entry.h"
#include "report/html_parts.h"

namespace xdpbench::report {
namespace {

// Text for an attribute or an element: that of HTML, with line breaks and tabs written as
// references, because a reader turns those of an attribute into blanks.
std::string xml_text(std::string_view text) {
    std::string result;
    for (const char byte : html_text(text)) {
        if (byte == '\n' || byte == '\r' || byte == '\t') {
            result += fmt::format("&#{};", static_cast<int>(byte));
        } else {
            result += byte;
        }
    }
    return result;
}

std::string first_line(std::string_view text) {
    return std::string(text.substr(0, text.find('\n')));
}

// `location` is file:line:column, or empty.
std::string place(const std::string& location) {
    const std::size_t column = location.rfind(':');
    const std::size_t line = column == std::string::npos ? column : location.rfind(':', column - 1);
    if (line == std::string::npos) return "";
    return fmt::format(R"( file="{}" line="{}")", xml_text(location.substr(0, line)),
                       xml_text(location.substr(line + 1, column - line - 1)));
}

std::string outcome_element(const Entry& entry) {
    const std::string line = xml_text(first_line(entry.message));
    const std::string text = xml_text(entry.message);
    switch (entry.outcome) {
        case model::Outcome::passed:
            return "";
        case model::Outcome::skipped:
            return fmt::format("      <skipped message=\"{}\">{}</skipped>\n", line, text);
        case model::Outcome::failed:
            return fmt::format("      <failure type=\"failed\" message=\"{}\">{}</failure>\n", line,
                               text);
        case model::Outcome::error:
        case model::Outcome::invalid:
            return fmt::format("      <error type=\"{}\" message=\"{}\">{}</error>\n",
                               xml_text(entry.ending()), line, text);
    }
    return "";
}

std::string testcase(const Entry& entry) {
    std::string xml = fmt::format(R"(    <testcase classname="{}" name="{}" time="{:.6f}"{})",
                                  xml_text(entry.suite), xml_text(entry.name), entry.seconds,
                                  place(entry.location));
    std::string inside = outcome_element(entry);
    const bool wrong =
        entry.outcome != model::Outcome::passed && entry.outcome != model::Outcome::skipped;
    if (wrong && !entry.repeat.empty()) {
        inside +=
            fmt::format("      <system-out>repeat: {}</system-out>\n", xml_text(entry.repeat));
    }
    return xml + (inside.empty() ? "/>\n" : ">\n" + inside + "    </testcase>\n");
}

std::string counts(const std::vector<Entry>& entries) {
    double seconds = 0;
    for (const Entry& entry : entries) seconds += entry.seconds;
    return fmt::format(R"(tests="{}" failures="{}" errors="{}" skipped="{}" time="{:.6f}")",
                       entries.size(), count_entries(entries, model::Outcome::failed),
                       count_entries(entries, model::Outcome::error) +
                           count_entries(entries, model::Outcome::invalid),
                       count_entries(entries, model::Outcome::skipped), seconds);
}

std::string properties(const Entries& run) {
    std::string xml = "    <properties>\n";
    const auto add = [&](std::string_view name, std::string_view value) {
        xml += fmt::format("      <property name=\"{}\" value=\"{}\"/>\n", xml_text(name),
                           xml_text(value));
    };
    add("command_line", run.command_line);
    add("interrupted", run.interrupted ? "true" : "false");
    for (const auto& [name, value] : run.environment) add(name, value);
    return xml + "    </properties>\n";
}

}  // namespace

std::string to_junit(const Source& source) {
    const Entries run = list_entries(source);
    const std::vector<Entry>& entries = run.all;
    std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    xml += fmt::format("<testsuites name=\"xdp-bench\" {}>\n", counts(entries));
    for (auto first = entries.begin(); first != entries.end();) {
        const auto end = std::find_if(
            first, entries.end(), [&](const Entry& entry) { return entry.suite != first->suite; });
        const std::vector<Entry> suite(first, end);
        xml += fmt::format("  <testsuite name=\"{}\" {} timestamp=\"{}\">\n",
                           xml_text(first->suite), counts(suite), xml_text(run.started));
        if (first == entries.begin()) xml += properties(run);
        for (const Entry& entry : suite) xml += testcase(entry);
        xml += "  </testsuite>\n";
        first = end;
    }
    return xml + "</testsuites>\n";
}

}  // namespace xdpbench::report
