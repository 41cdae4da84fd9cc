// A history in the formats of other tools. Pure.
#pragma once

#include <string>
#include <vector>

#include "history/series.h"

namespace xdpbench::history {

// One row for each value: RFC 4180 with a header.
[[nodiscard]] std::string to_csv(const History& history);

// The newest value of each series and its last change, in base units, as OpenMetrics text.
[[nodiscard]] std::string to_openmetrics(const History& history);

struct NamedDocument {
    std::string name;  // of a file in one folder
    std::string content;
};
// Apache Otava's configuration, otava.yaml, and the CSV file of each series that it names. Otava is
// to be run in that folder.
[[nodiscard]] std::vector<NamedDocument> to_otava(const History& history);

}  // namespace xdpbench::history
