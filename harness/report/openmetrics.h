#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// The run as OpenMetrics 1.0 text, for Prometheus' textfile collector and whatever reads it. Base
// units: seconds, packets a second, bytes. results/README.md lists the metrics.
[[nodiscard]] std::string to_openmetrics(const model::RunRecord& run);

}  // namespace xdpbench::report
