// Parts of the JSON document that several of its keys are made of.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/common.h"
#include "model/run.h"
#include "model/xsk.h"

namespace xdpbench::report {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json to_json(const model::ActionTally& tally);
[[nodiscard]] Json to_json(const model::Losses& losses);
[[nodiscard]] Json to_json(const std::vector<model::CpuTally>& cpus);
// Frames by the number of a CPU.
[[nodiscard]] Json by_cpu(const std::map<int, std::uint64_t>& frames);
[[nodiscard]] Json to_json(const model::XskRecord& xsk);
[[nodiscard]] Json to_json(const model::ProgramRecord& program);
[[nodiscard]] Json setup_json(const model::BenchSetup& setup, model::Outcome outcome,
                              const std::string& message);
// What the records of all measurements have.
template <class Record>
[[nodiscard]] Json setup_json(const Record& record) {
    return setup_json(record.setup, record.outcome, record.message);
}

}  // namespace xdpbench::report
