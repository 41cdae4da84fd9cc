#include <nlohmann/json.hpp>

#include "history/history_text.h"
#include "report/json.h"

namespace xdpbench::history {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const Run& run) {
    return {{"started", run.started}, {"file", run.file}, {"labels", run.labels}};
}

Json to_json(const History& history, const Series& series, const Change& change) {
    const stats::ChangePoint& point = change.point;
    Json json{{"index", point.index},
              {"first", to_json(history.runs[series.points[point.index].run])},
              {"last_before", to_json(history.runs[series.points[point.index - 1].run])},
              {"before", point.before},
              {"after", point.after},
              {"effect", nullptr},
              {"p", point.p},
              {"confidence", change.confidence()},
              {"also_changed", change.also}};
    if (point.before != 0) json["effect"] = point.effect();
    return json;
}

Json to_json(const History& history, const Series& series) {
    Json json{{"name", series.name},           {"measure", name_of(series.measure)},
              {"setup", series.setup},         {"environment", series.environment},
              {"older_results", series.older}, {"points", Json::array()},
              {"changes", Json::array()}};
    for (const Point& point : series.points) {
        Json one = to_json(history.runs[point.run]);
        one["value"] = point.value;
        if (point.baseline > 0) one["baseline"] = point.baseline;
        one["corrected"] = point.corrected;
        json["points"].push_back(std::move(one));
    }
    for (const Change& change : series.changes)
        json["changes"].push_back(to_json(history, series, change));
    return json;
}

}  // namespace

std::string to_json(const History& history) {
    Json json{{"schema_version", report::kResultSchemaVersion},
              {"kind", "history"},
              {"results", history.results},
              {"series", Json::array()},
              {"left_out", Json::array()}};
    for (const Series& series : history.series) json["series"].push_back(to_json(history, series));
    for (const LeftOut& one : history.left_out)
        json["left_out"].push_back({{"file", one.file}, {"reason", one.reason}});
    return json.dump(2, ' ', false, nlohmann::detail::error_handler_t::replace) + "\n";
}

}  // namespace xdpbench::history
