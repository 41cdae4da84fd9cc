#include "history/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "stats/control_variate.h"

namespace xdpbench::history {
namespace {

// A new tool does not begin a new series: it is named where a level changed with it.
constexpr const char* kToolVersion = "tool_version";

std::vector<std::string> differences(const Keys& before, const Keys& after) {
    std::vector<std::string> result;
    for (const auto& [key, value] : after) {
        const std::string old = value_of(before, key);
        if (old != value)
            result.push_back(
                fmt::format("{}: {} / {}", key, old.empty() ? "not said" : old, value));
    }
    return result;
}

bool named_alike(const Series& one, const Series& other) {
    return one.name == other.name && one.measure == other.measure &&
           one.environment == other.environment;
}

// Those of one name are next to each other.
void add_titles(std::vector<Series>& all) {
    for (auto begin = all.begin(); begin != all.end();) {
        const auto end = std::find_if_not(
            begin, all.end(), [&](const Series& other) { return named_alike(*begin, other); });
        std::vector<const Keys*> setups;
        for (auto one = begin; one != end; ++one) setups.push_back(&one->setup);
        const std::set<std::string> telling = telling_keys(setups);
        for (; begin != end; ++begin) {
            begin->title = begin->name;
            for (const std::string& key : telling)
                begin->title += fmt::format(", {} {}", key, value_of(begin->setup, key));
        }
    }
}

// Of rates their inverse, the time per packet: to that the machine adds.
void correct(Series& series) {
    const auto time = [&series](double value) { return series.costs() ? value : 1 / value; };
    std::vector<double> figures;
    std::vector<double> baselines;
    for (const Point& point : series.points) {
        figures.push_back(time(point.value));
        baselines.push_back(point.baseline > 0 ? time(point.baseline) : 0);
    }
    figures = stats::without_control(figures, baselines);
    for (std::size_t i = 0; i < figures.size(); ++i) {
        if (figures[i] > 0 && baselines[i] > 0) series.points[i].corrected = time(figures[i]);
    }
}

bool has_labels(const model::Labels& labels, const model::Labels& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&labels](const auto& label) {
        const auto found = labels.find(label.first);
        return found != labels.end() && found->second == label.second;
    });
}

}  // namespace

std::string Run::label(const std::string& name) const { return value_of(labels, name); }

std::vector<double> Series::corrected() const {
    std::vector<double> values;
    values.reserve(points.size());
    for (const Point& point : points) values.push_back(point.corrected);
    return values;
}

Keys HistoryBuilder::identity_of(const Keys& environment) const {
    Keys identity = environment;
    identity.erase(kToolVersion);
    for (const std::string& key : plan_.merged) identity.erase(key);
    return identity;
}

void HistoryBuilder::add(const std::string& file, SavedRun run) {
    ++history_.results;
    if (!has_labels(run.labels, plan_.labels)) return;
    for (const std::string& reason : run.left_out) leave_out(file, reason);
    const std::size_t index = history_.runs.size();
    const Keys identity = identity_of(run.environment);
    for (Figure& figure : run.figures) {
        Identity one{identity, std::move(figure.name), figure.measure, std::move(figure.setup)};
        series_[std::move(one)].push_back({index, figure.value, figure.baseline, figure.value});
    }
    if (run.figures.empty() && run.left_out.empty()) leave_out(file, "it has no bench and no rate");
    // Only what may change within a series is worth its memory.
    Keys changing;
    for (const auto& [key, value] : run.environment) {
        if (identity.find(key) == identity.end()) changing.emplace(key, value);
    }
    history_.runs.push_back(
        {file, std::move(run.started), std::move(run.labels), std::move(changing)});
}

void HistoryBuilder::leave_out(const std::string& file, const std::string& reason) {
    history_.left_out.push_back({file, reason});
}

std::vector<Change> HistoryBuilder::changes_of(const Series& series) const {
    std::vector<Change> changes;
    // Nothing if a value is not finite, which JSON cannot have.
    const auto found = stats::find_changes(series.corrected(), plan_.changes);
    if (!found) return changes;
    for (const stats::ChangePoint& point : *found) {
        const Run& before = history_.runs[series.points[point.index - 1].run];
        const Run& after = history_.runs[series.points[point.index].run];
        changes.push_back({point, differences(before.environment, after.environment)});
    }
    return changes;
}

Series HistoryBuilder::finish(const Identity& identity, std::vector<Point> points) const {
    const auto& [environment, name, measure, setup] = identity;
    std::stable_sort(points.begin(), points.end(), [this](const Point& a, const Point& b) {
        const Run& one = history_.runs[a.run];
        const Run& other = history_.runs[b.run];
        return std::tie(one.started, one.file) < std::tie(other.started, other.file);
    });
    Series series{name, "", measure, setup, environment, {}, 0, {}};
    series.older = points.size() - std::min(points.size(), plan_.newest);
    series.points.assign(points.begin() + static_cast<std::ptrdiff_t>(series.older), points.end());
    correct(series);
    series.changes = changes_of(series);
    return series;
}

History HistoryBuilder::build(const std::function<bool()>& stop) && {
    for (auto& [identity, points] : series_) {
        if (stop()) break;
        history_.series.push_back(finish(identity, std::move(points)));
    }
    add_titles(history_.series);
    return std::move(history_);
}

std::vector<const Series*> changed_lately(const History& history, std::size_t newest) {
    std::vector<const Series*> changed;
    for (const Series& series : history.series) {
        const bool late =
            std::any_of(series.changes.begin(), series.changes.end(), [&](const Change& change) {
                return change.point.index + newest >= series.points.size();
            });
        if (late) changed.push_back(&series);
    }
    return changed;
}

}  // namespace xdpbench::history
