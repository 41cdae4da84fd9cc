#include "report/load_json.h"

#include "report/load_title.h"
#include "stats/summary.h"

namespace xdpbench::report {
namespace {

using report::to_json;  // of report/json_parts.h, which those here would hide

Json to_json(const model::Trial& trial) {
    return {{"rate_pps", trial.rate},
            {"seconds", trial.seconds},
            {"sent", trial.sent},
            {"sent_by_cpu", trial.sent_by_cpu},
            {"sent_seconds", trial.sent_seconds},
            {"offered_pps", trial.offered()},
            {"reached", trial.reached()},
            {"worst_lag_seconds", trial.worst_lag},
            {"processed", trial.processed},
            {"forwarded", trial.forwarded},
            {"lost", trial.lost()},
            {"loss_ratio", trial.loss_ratio()},
            {"losses", to_json(trial.losses)}};
}

Json all(const std::vector<model::Trial>& trials) {
    Json json = Json::array();
    for (const model::Trial& trial : trials) json.push_back(to_json(trial));
    return json;
}

template <class Measure>
Json summary(const std::vector<model::Trial>& trials, Measure measure) {
    std::vector<double> samples;
    samples.reserve(trials.size());
    for (const model::Trial& trial : trials) samples.push_back(measure(trial));
    return {{"median", stats::median(samples).value_or(0)},
            {"min", stats::min(samples).value_or(0)},
            {"max", stats::max(samples).value_or(0)}};
}

void add_rate(const model::LoadRecord& load, Json& json) {
    json["rate_pps"] = load.rate;
    json["share"] = load.share;
    json["burst"] = load.burst;
    const std::vector<model::Trial> reached = load.reached_trials();
    json["reached"] = reached.size();
    if (reached.empty()) return;
    json["offered_pps"] = summary(reached, [](const model::Trial& t) { return t.offered(); });
    json["processed_pps"] =
        summary(reached, [](const model::Trial& t) { return t.per_second(t.processed); });
    json["forwarded_pps"] =
        summary(reached, [](const model::Trial& t) { return t.per_second(t.forwarded); });
    json["loss_ratio"] = summary(reached, [](const model::Trial& t) { return t.loss_ratio(); });
}

Json or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(nullptr); }

Json to_json(const model::SearchedGoal& searched) {
    const stats::SearchGoal& goal = searched.goal;
    const stats::GoalResult& result = searched.result;
    return {{"loss_ratio", goal.loss_ratio},
            {"exceed_ratio", goal.exceed_ratio},
            {"initial_trial_seconds", goal.initial_seconds},
            {"final_trial_seconds", goal.final_seconds},
            {"duration_sum_seconds", goal.duration_sum},
            {"width", goal.width},
            {"lower_pps", or_null(result.bounds.lower)},
            {"upper_pps", or_null(result.bounds.upper)},
            {"reached", result.reached},
            {"conditional_throughput_pps", result.conditional_throughput},
            {"bound", model::name_of(searched.bound)},
            {"evidence", searched.evidence}};
}

void add_search(const model::LoadRecord& load, Json& json) {
    json["method"] = "MLRsearch (RFC 9971)";
    json["note"] = search_note(load.setup);
    json["min_pps"] = load.range.min;
    json["max_pps"] = load.range.max;
    json["goals"] = Json::array();
    for (const model::SearchedGoal& goal : load.goals) json["goals"].push_back(to_json(goal));
    json["probes"] = all(load.probes);
}

Json to_json(const model::LatencySeries& series) {
    const stats::LatencyHistogram& histogram = series.histogram;
    Json json{{"through", model::name_of(series.through)},
              {"place", model::name_of(series.place)},
              {"arrived", series.arrived},
              {"samples", histogram.samples()},
              {"max_ns", histogram.longest()}};
    for (const model::Percentile& percentile : model::kPercentiles)
        json[percentile.key] = histogram.quantile(percentile.q).value_or(0);
    json["buckets"] = Json::array();
    for (std::size_t bucket = 0; bucket < stats::LatencyHistogram::kBuckets; ++bucket) {
        if (histogram.count(bucket) == 0) continue;
        json["buckets"].push_back({stats::LatencyHistogram::lowest_of(bucket),
                                   stats::LatencyHistogram::highest_of(bucket),
                                   histogram.count(bucket)});
    }
    return json;
}

void add_latency(const model::LoadRecord& load, Json& json) {
    json["rate_pps"] = load.rate;
    json["share"] = load.share;
    json["burst"] = load.burst;
    json["reached"] = load.reached_trials().size();
    json["clock_ns"] = load.clock_ns;
    json["resolution"] = stats::LatencyHistogram::kResolution;
    json["lengthened_frames"] = load.lengthened;
    json["series"] = Json::array();
    for (const model::LatencySeries& series : load.latencies)
        json["series"].push_back(to_json(series));
    json["baseline_trials"] = all(load.baseline_trials);
}

void add_figures(const model::LoadRecord& load, Json& json) {
    switch (load.kind) {
        case model::LoadKind::rate:
            return add_rate(load, json);
        case model::LoadKind::search:
            return add_search(load, json);
        case model::LoadKind::latency:
            return add_latency(load, json);
    }
}

}  // namespace

Json loads_json(const std::vector<model::LoadRecord>& loads, model::LoadKind kind) {
    Json array = Json::array();
    for (const model::LoadRecord& load : loads) {
        if (load.kind != kind) continue;
        Json json = setup_json(load);
        json["generator_cpus"] = load.setup.generator_cpus;
        json["stamped"] = load.stamped;
        json["seconds"] = load.seconds;
        add_figures(load, json);
        json["trials"] = all(load.trials);
        array.push_back(std::move(json));
    }
    return array;
}

}  // namespace xdpbench::report
