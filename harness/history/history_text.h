// A history for a person, as JSON and as a page. Pure.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "history/series.h"

namespace xdpbench::history {

// Fewer results cannot show a change: 5 of 11 values that differ from the other 6 are one of 462
// orders, which is just below the test's level of 0.5 %.
inline constexpr std::size_t kFewestResults = 11;

// A line for each series, those of one environment together.
[[nodiscard]] std::string to_text(const History& history);

// "+6.1 % (slower) from 1a2b3c4d5e (2026-11-20) on, confidence 99.9 %".
[[nodiscard]] std::string change_text(const History& history, const Series& series,
                                      const Change& change);

// What a person knows a result by: its commit, shortened, or its file; and its day.
[[nodiscard]] std::string result_name(const Run& run);
// The same where there is little room: its commit, shortened, or its day.
[[nodiscard]] std::string short_name(const Run& run);

// "28 results of 30 with these labels, 2026-11-01 to 2026-11-02".
[[nodiscard]] std::string results_text(const History& history);

// The environments of all series, each once.
[[nodiscard]] std::vector<const Keys*> environments_of(const History& history);

// The series of each environment, with its description.
[[nodiscard]] std::vector<std::pair<std::string, std::vector<const Series*>>> series_by_environment(
    const History& history);

[[nodiscard]] std::string to_json(const History& history);
// A page with what changed, and a chart for each series (report/html_parts.h).
[[nodiscard]] std::string to_html(const History& history, const std::string& command_line);

}  // namespace xdpbench::history
