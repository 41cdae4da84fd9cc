#pragma once

#include <string>

#include "model/run.h"

namespace xdpbench::report {

// Version of our own keys, described in results/README.md. Raised when a key changes its meaning.
inline constexpr int kResultSchemaVersion = 2;

// One document a run: Google Benchmark's `context` and `benchmarks` as it wrote them, our keys
// beside.
[[nodiscard]] std::string to_json(const model::RunRecord& run);

// The document of `doctor --dev --json`.
[[nodiscard]] std::string to_json(const model::DeviceRecord& device);

}  // namespace xdpbench::report
