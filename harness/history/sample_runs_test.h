// Result documents for the tests of histories.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "history/saved_run.h"
#include "history/series.h"

namespace xdpbench::history {

// A result as `run` writes it, as far as a history reads it: a bench in cycles, and end to end.
inline nlohmann::json sample_result() {
    return nlohmann::json::parse(R"({
      "context": {"date": "x"}, "benchmarks": [{"name": "a"}],
      "schema_version": 2, "started": "2026-11-01T10:00:00Z", "labels": {"commit": "1a2b3c"},
      "environment": {"host": "h", "kernel": "6.18", "cpu_model": "cpu", "cpus_online": "2",
                      "tool_version": "0.1", "load_average": "1"},
      "benches": [
        {"program": "p", "mode": "test_run", "action": "XDP_TX", "variant": "", "outcome": "passed",
         "placement": "test_run", "traffic": "t.pcap", "cpu": 1, "rounds": [{"window_ns": [1]}, {}],
         "ns_per_packet": {"median": 40.0}, "cycles_per_packet": {"median": 120.0, "min": 1},
         "excluded_rounds": 1},
        {"program": "p", "mode": "native", "action": "XDP_TX", "variant": "/size:64",
         "outcome": "passed", "placement": "separate", "rounds": [{}],
         "ns_per_packet": {"median": 250.0}, "processed_pps": {"median": 4e6}}],
      "rates": [], "searches": []})");
}

inline SavedRun read_sample(const nlohmann::json& document) {
    const Result<SavedRun> run = read_run(document.dump(2));
    EXPECT_TRUE(run) << run.error().text();
    return run ? *run : SavedRun{};
}

// The history of one case: a result for each value, an hour apart, with commits c0, c1, ...
inline History sample_history(const std::vector<double>& values, HistoryPlan plan = {}) {
    HistoryBuilder builder(std::move(plan));
    for (std::size_t i = 0; i < values.size(); ++i) {
        SavedRun run;
        run.started = fmt::format("2026-11-{:02}T{:02}:00:00Z", 1 + i / 24, i % 24);
        run.labels = {{"commit", fmt::format("c{}", i)}};
        run.environment = {{"host", "h"}, {"kernel", "6.18"}, {"tool_version", "0.1"}};
        run.figures = {
            {"p/test_run/XDP_TX", Measure::cycles, {{"placement", "test_run"}}, values[i]}};
        builder.add(fmt::format("{}.json", i), std::move(run));
    }
    return std::move(builder).build();
}

// `before` values of 100 and `after` values of 110, each with a little of its own.
inline std::vector<double> shifted(std::size_t before, std::size_t after) {
    std::vector<double> values;
    for (std::size_t i = 0; i < before + after; ++i)
        values.push_back((i < before ? 100 : 110) + 0.1 * static_cast<double>(i * 7 % 5));
    return values;
}

}  // namespace xdpbench::history
