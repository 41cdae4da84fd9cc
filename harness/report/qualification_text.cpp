#include "report/qualification_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "report/card_facts.h"

namespace xdpbench::report {
namespace {

std::string indented(std::string_view text, std::string_view indent) {
    std::string lines;
    for (const std::string& line : split(trim(text), '\n'))
        lines += fmt::format("{}{}\n", indent, line);
    return lines;
}

std::string left_text(double seconds) {
    constexpr double kMinute = 60;
    if (seconds < 1) return {};
    if (seconds < 2 * kMinute) return fmt::format(", about {:.0f} s left", seconds);
    return fmt::format(", about {:.0f} min left", seconds / kMinute);
}

// To the width of a console; characters stay whole.
std::string cut(std::string line) {
    constexpr std::size_t kColumns = 120;
    constexpr std::string_view kMore = "...";
    if (line.size() <= kColumns) return line;
    std::size_t end = kColumns - kMore.size();
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xc0U) == 0x80U) --end;
    line.resize(end);
    return line.append(kMore);
}

bool is_wrong(const model::QualifiedCase& one) {
    return one.finding == model::Finding::fail || one.finding == model::Finding::invalid;
}

}  // namespace

std::string case_text(const model::QualifiedCase& one, std::size_t number, std::size_t of,
                      double seconds_left) {
    const std::string place =
        of == 0 ? fmt::format("[{}]", number) : fmt::format("[{:>2}/{}]", number, of);
    std::string text = fmt::format("{} {:<7} {:<36} {:>5.1f} s{}\n", place, name_of(one.finding),
                                   one.full_name(), one.seconds, left_text(seconds_left));
    if (!one.message.empty()) text += indented(one.message, "        ");
    if (is_wrong(one) && !one.repeat.empty())
        text += fmt::format("        repeat: {}\n", one.repeat);
    return text;
}

std::string header_text(const model::QualificationRecord& record) {
    std::string text =
        record.peer.empty()
            ? fmt::format("qualification of {}, one port only\n", record.device)
            : fmt::format("qualification of {}, frames come from {}\n", record.device, record.peer);
    for (const CardFact& fact : card_facts(record)) {
        if (fact.brief) text += cut(fmt::format("  {:<14}{}", fact.label, fact.value)) + "\n";
    }
    return text;
}

namespace {

// Each once, in their order.
std::vector<std::string> selected_groups(const model::QualificationRecord& record) {
    std::vector<std::string> groups;
    for (const std::string& name : record.planned) {
        const std::string group = name.substr(0, name.find('.'));
        if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
    }
    return groups;
}

// "3 PASS, 1 SKIP"
std::string counts_text(const model::QualificationRecord& record) {
    std::vector<std::string> counts;
    for (const model::Finding finding :
         {model::Finding::pass, model::Finding::note, model::Finding::skip, model::Finding::invalid,
          model::Finding::fail}) {
        std::size_t count = 0;
        for (const model::QualifiedCase& one : record.cases) count += one.finding == finding;
        if (count > 0) counts.push_back(fmt::format("{} {}", count, name_of(finding)));
    }
    return fmt::format("{}", fmt::join(counts, ", "));
}

}  // namespace

std::string done_text(const model::QualificationRecord& record) {
    if (record.cases.empty()) return {};
    std::string text = fmt::format("continued: {} ran before ({})\n",
                                   counted(record.cases.size(), "case"), counts_text(record));
    for (std::size_t i = 0; i < record.cases.size(); ++i) {
        if (is_wrong(record.cases[i]))
            text += case_text(record.cases[i], i + 1, record.planned.size(), 0);
    }
    return text;
}

std::string finding_counts(const model::QualificationRecord& record) {
    const std::string counts = counts_text(record);
    if (counts.empty()) return "no case ran";
    const std::vector<std::string> groups = selected_groups(record);
    return fmt::format("{}{}{}", counts, groups.empty() ? "" : " in ", fmt::join(groups, ", "));
}

std::string conclusion_text(const model::QualificationRecord& record) {
    std::string text = "\n";
    if (!record.not_run.empty())
        text += fmt::format("not run, because they need a second port (--peer): {}\n",
                            fmt::join(record.not_run, ", "));
    if (record.cases.size() < record.planned.size())
        text += fmt::format("{} of {} cases did not run; --resume continues\n",
                            record.planned.size() - record.cases.size(), record.planned.size());
    text += fmt::format("{}: {} ({}) in {:.0f} s\n", record.device, name_of(verdict_of(record)),
                        finding_counts(record), record.seconds);
    return text;
}

}  // namespace xdpbench::report
