#include "report/ktap.h"

#include <fmt/format.h>

#include "base/text.h"
#include "report/entry.h"

namespace xdpbench::report {
namespace {

// A description ends at "#" and at the line's end.
std::string description(std::string_view text) {
    std::string result = escaped(text);
    for (char& byte : result) {
        if (byte == '#' || byte == '\n' || byte == '\r') byte = '_';
    }
    return result;
}

std::string diagnostic(std::string_view text) {
    std::string lines;
    for (const std::string& line : split(trim(text), '\n')) {
        lines += fmt::format("# {}\n", escaped(trim(line)));
    }
    return lines;
}

std::string ktap_line(const Entry& entry, std::size_t number) {
    const std::string name = description(entry.suite + "." + entry.name);
    const std::string first = entry.message.substr(0, entry.message.find('\n'));
    switch (entry.outcome) {
        case model::Outcome::passed:
            return fmt::format("ok {} {}\n", number, name);
        case model::Outcome::skipped:
            return fmt::format("ok {} {} # SKIP {}\n", number, name, description(first));
        case model::Outcome::failed:
        case model::Outcome::error:
        case model::Outcome::invalid:
            break;
    }
    return fmt::format(
        "{}{}not ok {} {}\n",
        diagnostic(fmt::format("{}: {}", model::outcome_name(entry.outcome), entry.message)),
        entry.repeat.empty() ? "" : diagnostic("repeat: " + entry.repeat), number, name);
}

// As tools/testing/selftests/kselftest.h writes it, for those who only read the last line.
std::string totals(const std::vector<Entry>& entries) {
    const std::size_t passed = count_entries(entries, model::Outcome::passed);
    const std::size_t skipped = count_entries(entries, model::Outcome::skipped);
    const std::size_t failed = count_entries(entries, model::Outcome::failed);
    return fmt::format("# Totals: pass:{} fail:{} xfail:0 xpass:0 skip:{} error:{}\n", passed,
                       failed, skipped, entries.size() - passed - skipped - failed);
}

}  // namespace

std::string to_ktap(const Source& source) {
    const std::vector<Entry> entries = list_entries(source).all;
    std::string text = fmt::format("KTAP version 1\n1..{}\n", entries.size());
    std::size_t number = 0;
    for (const Entry& entry : entries) text += ktap_line(entry, ++number);
    return text + totals(entries);
}

}  // namespace xdpbench::report
