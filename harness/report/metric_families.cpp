#include "report/metric_families.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::report {
namespace {

std::string label_text(std::string_view text) {
    std::string result;
    for (const char byte : escaped(text)) {
        if (byte == '\n') {
            result += "\\n";
            continue;
        }
        if (byte == '\\' || byte == '"') result += '\\';
        result += byte;
    }
    return result;
}

}  // namespace

void MetricFamilies::declare(const std::string& name, std::string_view type, std::string_view unit,
                             std::string_view help) {
    std::string head = fmt::format("# TYPE {} {}\n", name, type);
    if (!unit.empty()) head += fmt::format("# UNIT {} {}\n", name, unit);
    families_.push_back({name, head + fmt::format("# HELP {} {}\n", name, label_text(help)), ""});
}

void MetricFamilies::add(const MetricLabels& labels, double value) {
    std::string inside;
    for (const auto& [name, text] : labels)
        inside += fmt::format("{}{}=\"{}\"", inside.empty() ? "" : ",", name, label_text(text));
    Family& family = families_.back();
    family.samples +=
        fmt::format("{}{} {}\n", family.name, inside.empty() ? "" : "{" + inside + "}", value);
}

std::string MetricFamilies::text() const {
    std::string result;
    for (const Family& family : families_) {
        if (!family.samples.empty()) result += family.head + family.samples;
    }
    return result + "# EOF\n";
}

}  // namespace xdpbench::report
