#pragma once

#include <string>

#include "report/entry.h"

namespace xdpbench::report {

// OpenMetrics 1.0 text, for Prometheus' textfile collector and whatever reads it. Base units:
// seconds, packets a second, bytes. results/README.md lists the metrics.
[[nodiscard]] std::string to_openmetrics(const Source& source);

}  // namespace xdpbench::report
