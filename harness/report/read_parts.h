// Parts of a result document that several of its keys are made of, read back (json_parts.h writes
// them).
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/common.h"
#include "model/load.h"
#include "model/program.h"
#include "model/xsk.h"
#include "report/json_reader.h"

namespace xdpbench::report {

[[nodiscard]] model::Outcome read_outcome(const JsonReader& reader);
[[nodiscard]] model::Mode read_mode(const JsonReader& reader);
[[nodiscard]] std::optional<model::Mode> read_maybe_mode(const JsonReader& reader);
[[nodiscard]] model::Bound read_bound(const JsonReader& reader);
[[nodiscard]] model::ActionTally read_actions(const JsonReader& reader, const char* key);
[[nodiscard]] model::Losses read_losses(const JsonReader& reader);
[[nodiscard]] model::XskRecord read_xsk(const JsonReader& reader);
[[nodiscard]] std::vector<int> read_cpus(const JsonReader& reader, const char* key);
[[nodiscard]] std::vector<model::CpuTally> read_cpu_tallies(const JsonReader& reader);
[[nodiscard]] std::map<int, std::uint64_t> read_by_cpu(const JsonReader& reader, const char* key);
[[nodiscard]] std::vector<std::pair<std::string, std::string>> read_environment(
    const JsonReader& reader);
[[nodiscard]] model::ProgramRecord read_program(const JsonReader& reader);
[[nodiscard]] model::BenchSetup read_setup(const JsonReader& reader);

// What the records of all measurements have.
template <class Record>
void read_common(const JsonReader& reader, Record& record) {
    record.setup = read_setup(reader);
    record.outcome = read_outcome(reader);
    record.message = reader.text("message");
}

// The rates, searches and latencies, in this order.
[[nodiscard]] std::vector<model::LoadRecord> read_loads(const JsonReader& document);
[[nodiscard]] std::vector<model::BenchRecord> read_benches(const JsonReader& document);
[[nodiscard]] model::ExternalRecord read_external(const JsonReader& reader);

}  // namespace xdpbench::report
