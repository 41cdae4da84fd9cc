// The parts of the HTML report. Each is markup, and nothing if the result has no data for it.
#pragma once

#include <string>

#include "model/comparison.h"
#include "model/device.h"
#include "model/qualification.h"
#include "model/run.h"
#include "report/entry.h"
#include "report/html_parts.h"

namespace xdpbench::report {

// How it ended, what ran, on which machine.
[[nodiscard]] std::string html_verdict(const Source& source);
[[nodiscard]] std::string html_environment(const Source& source);
// Cases: those that did not pass first and in full, with the frames that came out otherwise.
[[nodiscard]] std::string html_problems(const Source& source);
// A frame that came out otherwise: by field, byte by byte, and both as pcaps to be saved.
[[nodiscard]] std::string html_frame(const model::ChangedFrame& frame);
[[nodiscard]] std::string html_cases(const Source& source);
[[nodiscard]] std::string html_programs(const model::RunRecord& run);
// What drivers and devices declare, do and refuse.
[[nodiscard]] std::string html_offloads(const model::RunRecord& run);
[[nodiscard]] std::string html_device(const model::DeviceRecord& device);
// Benches: rates, by frame size where there are several; the cost of the program on each path;
// each window over time, with those that are excluded.
[[nodiscard]] std::string html_rates(const model::RunRecord& run);
[[nodiscard]] std::string html_costs(const model::RunRecord& run);
[[nodiscard]] std::string html_windows(const model::RunRecord& run);
[[nodiscard]] std::string html_externals(const model::RunRecord& run);
[[nodiscard]] std::string html_scalings(const model::RunRecord& run);
// Offered rates and searches; latencies.
[[nodiscard]] std::string html_losses_by_rate(const model::RunRecord& run);
[[nodiscard]] std::string html_latencies(const model::RunRecord& run);
// What became of frames: losses by the name of their counter, actions by CPU.
[[nodiscard]] std::string html_losses(const model::RunRecord& run);
[[nodiscard]] std::string html_actions(const model::RunRecord& run);
// The card in short; what its driver declares, does and refuses; its rates.
[[nodiscard]] std::string html_card(const model::QualificationRecord& record);
[[nodiscard]] std::string html_features(const model::QualificationRecord& record);
[[nodiscard]] std::string html_port_rates(const model::QualificationRecord& record);
[[nodiscard]] std::string html_effects(const model::CompareRecord& record);
// The same of two results, figure by figure.
[[nodiscard]] std::string html_changes(const ResultTable& table);

}  // namespace xdpbench::report
