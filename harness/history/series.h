// One figure of one case over many results, and where its level changed. Pure.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "history/saved_run.h"
#include "stats/change_points.h"

namespace xdpbench::history {

// A result that series are made of.
struct Run {
    std::string file;
    std::string started;
    model::Labels labels;
    Keys environment;

    // A label, "" where there is none.
    [[nodiscard]] std::string label(const std::string& name) const;
};

struct Point {
    std::size_t run = 0;  // in History::runs
    double value = 0;     // as measured
    double baseline = 0;  // in the same run; 0: unknown
    // The value as it would be with the series' usual baseline: what the machine did to both is
    // taken out (stats/control_variate.h). The value, where no baseline is known.
    double corrected = 0;
};

struct Change {
    stats::ChangePoint point;  // its index is one of Series::points
    // Of the environment, what changed between the two runs too: "tool_version: 0.1 / 0.2".
    std::vector<std::string> also;

    [[nodiscard]] double confidence() const { return 1 - point.p; }
};

struct Series {
    std::string name;
    // The name and, where others of its name and measure were measured differently, how.
    std::string title;
    Measure measure = Measure::cycles;
    Keys setup;
    Keys environment;           // in which all of its results are alike
    std::vector<Point> points;  // in the order of time; changes are those of `corrected`
    std::size_t older = 0;      // results that were not looked at, because they are too old
    std::vector<Change> changes;

    [[nodiscard]] std::vector<double> corrected() const;
    // More of the measure is worse.
    [[nodiscard]] bool costs() const { return measure != Measure::mpps; }
};

struct LeftOut {
    std::string file;
    std::string reason;
};

struct History {
    std::vector<Run> runs;
    std::vector<Series> series;  // those of one environment together
    std::vector<LeftOut> left_out;
    std::size_t results = 0;  // that were read, whether they have labels that were asked for or not
};

struct HistoryPlan {
    model::Labels labels;             // only results that have all of these
    std::vector<std::string> merged;  // keys of the environment that do not separate series
    std::size_t newest = 1000;        // of each series that are looked at
    stats::ChangePlan changes;
};

// Collects results in any order and keeps a few numbers of each.
class HistoryBuilder {
  public:
    explicit HistoryBuilder(HistoryPlan plan) : plan_(std::move(plan)) {}

    void add(const std::string& file, SavedRun run);
    void leave_out(const std::string& file, const std::string& reason);
    // Sorts the series and finds their changes. Stops early, with those until then, once `stop`
    // says so.
    [[nodiscard]] History build(const std::function<bool()>& stop = [] { return false; }) &&;

  private:
    using Identity = std::tuple<Keys, std::string, Measure, Keys>;

    [[nodiscard]] Keys identity_of(const Keys& environment) const;
    [[nodiscard]] Series finish(const Identity& identity, std::vector<Point> points) const;
    [[nodiscard]] std::vector<Change> changes_of(const Series& series) const;

    HistoryPlan plan_;
    History history_;
    std::map<Identity, std::vector<Point>> series_;
};

// Series with a change whose first result is among their newest `newest` ones.
[[nodiscard]] std::vector<const Series*> changed_lately(const History& history, std::size_t newest);

}  // namespace xdpbench::history
