#include "history/exports.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "history/history_text.h"
#include "model/common.h"
#include "report/metric_families.h"

namespace xdpbench::history {
namespace {

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char byte : text) quoted += byte == '"' ? "\"\"" : std::string(1, byte);
    return quoted + "\"";
}

std::string csv_row(std::vector<std::string> fields) {
    for (std::string& field : fields) field = csv_field(field);
    return fmt::format("{}\r\n", fmt::join(fields, ","));
}

// The change that begins with this point of the series.
const Change* change_at(const Series& series, std::size_t index) {
    const auto found =
        std::find_if(series.changes.begin(), series.changes.end(),
                     [&](const Change& change) { return change.point.index == index; });
    return found == series.changes.end() ? nullptr : &*found;
}

// OpenMetrics wants seconds and packets a second; cycles have no base unit.
struct MetricOf {
    const char* name;
    const char* unit;
    const char* help;
    double scale;
};
MetricOf metric_of(Measure measure) {
    switch (measure) {
        case Measure::cycles:
            return {"xdp_bench_history_packet_cycles", "",
                    "CPU cycles per packet of the whole path, newest result.", 1};
        case Measure::nanoseconds:
            return {"xdp_bench_history_packet_seconds", "seconds",
                    "Time per packet of the whole path, newest result.", 1e-9};
        case Measure::mpps:
            break;
    }
    return {"xdp_bench_history_packets_per_second", "", "Packets per second, newest result.",
            model::kMega};
}

// `telling`: the keys of the environment that keep series of one title apart.
report::MetricLabels labels_of(const Series& series, const std::set<std::string>& telling) {
    report::MetricLabels labels{{"series", series.title},
                                {"host", value_of(series.environment, "host")},
                                {"kernel", value_of(series.environment, "kernel")},
                                {"placement", value_of(series.setup, "placement")}};
    for (const std::string& key : telling) {
        if (key != "host" && key != "kernel")
            labels.emplace_back(key, value_of(series.environment, key));
    }
    return labels;
}

// Letters, digits and what keeps them apart; another number for each series, so that no two have
// one name.
std::string file_stem(const Series& series, std::size_t number) {
    std::string stem;
    for (const char byte : series.name + "-" + std::string(name_of(series.measure))) {
        const bool kept = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                          (byte >= '0' && byte <= '9') || byte == '_';
        if (kept)
            stem += byte;
        else if (!stem.empty() && stem.back() != '-')
            stem += '-';
    }
    return fmt::format("{}-{}", stem, number);
}

const char* column_of(Measure measure) {
    switch (measure) {
        case Measure::cycles:
            return "cycles";
        case Measure::nanoseconds:
            return "ns";
        case Measure::mpps:
            break;
    }
    return "mpps";
}

}  // namespace

std::string to_csv(const History& history) {
    std::string text = csv_row({"series", "measure", "host", "kernel", "cpu_model", "placement",
                                "traffic", "started", "commit", "branch", "build", "value",
                                "corrected", "change", "confidence", "file"});
    for (const Series& series : history.series) {
        for (std::size_t i = 0; i < series.points.size(); ++i) {
            const Run& run = history.runs[series.points[i].run];
            const Change* const change = change_at(series, i);
            text += csv_row(
                {series.title, std::string(name_of(series.measure)),
                 value_of(series.environment, "host"), value_of(series.environment, "kernel"),
                 value_of(series.environment, "cpu_model"), value_of(series.setup, "placement"),
                 value_of(series.setup, "traffic"), run.started, run.label("commit"),
                 run.label("branch"), run.label("build"), fmt::format("{}", series.points[i].value),
                 fmt::format("{}", series.points[i].corrected),
                 change == nullptr ? "" : fmt::format("{}", change->point.effect()),
                 change == nullptr ? "" : fmt::format("{}", change->confidence()), run.file});
        }
    }
    return text;
}

std::string to_openmetrics(const History& history) {
    report::MetricFamilies out;
    const std::set<std::string> telling = telling_keys(environments_of(history));
    for (const Measure measure : {Measure::cycles, Measure::nanoseconds, Measure::mpps}) {
        const MetricOf metric = metric_of(measure);
        out.declare(metric.name, "gauge", metric.unit, metric.help);
        for (const Series& series : history.series) {
            if (series.measure == measure)
                out.add(labels_of(series, telling), series.points.back().value * metric.scale);
        }
    }
    out.declare("xdp_bench_history_results", "gauge", "", "Results of a series.");
    for (const Series& series : history.series) {
        report::MetricLabels labels = labels_of(series, telling);
        labels.emplace_back("measure", name_of(series.measure));
        out.add(labels, static_cast<double>(series.points.size()));
    }
    out.declare("xdp_bench_history_change_ratio", "gauge", "ratio",
                "The last change of a series: how much more there is since then.");
    for (const Series& series : history.series) {
        if (series.changes.empty() || series.changes.back().point.before == 0) continue;
        const Change& change = series.changes.back();
        report::MetricLabels labels = labels_of(series, telling);
        labels.emplace_back("measure", name_of(series.measure));
        labels.emplace_back("commit",
                            history.runs[series.points[change.point.index].run].label("commit"));
        out.add(labels, change.point.effect());
    }
    return out.text();
}

std::vector<NamedDocument> to_otava(const History& history) {
    std::vector<NamedDocument> documents{{"otava.yaml", "tests:\n"}};
    for (std::size_t i = 0; i < history.series.size(); ++i) {
        const Series& series = history.series[i];
        const std::string stem = file_stem(series, i + 1);
        const char* const column = column_of(series.measure);
        documents.front().content += fmt::format(
            "  {0}:\n    type: csv\n    file: {0}.csv\n    time_column: time\n"
            "    attributes: [commit, branch, file]\n    metrics:\n"
            "      {1}: {{column: {1}, direction: {2}}}\n",
            stem, column, series.costs() ? -1 : 1);
        std::string rows = csv_row({"time", "commit", "branch", "file", column});
        for (const Point& point : series.points) {
            const Run& run = history.runs[point.run];
            rows += csv_row({run.started, run.label("commit"), run.label("branch"), run.file,
                             fmt::format("{}", point.corrected)});
        }
        documents.push_back({stem + ".csv", rows});
    }
    return documents;
}

}  // namespace xdpbench::history
