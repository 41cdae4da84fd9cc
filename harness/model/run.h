// What a run found out: plain data that every reporter reads and no reporter changes.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "model/bench.h"
#include "model/case.h"
#include "model/device.h"
#include "model/external.h"
#include "model/labels.h"
#include "model/lan.h"
#include "model/load.h"
#include "model/program.h"
#include "model/replay.h"
#include "model/scaling.h"

namespace xdpbench::model {

struct RunRecord {
    std::string command_line;
    std::string started;  // UTC, ISO 8601
    double seconds = 0;
    std::vector<std::pair<std::string, std::string>> environment;
    Labels labels;                      // commit, branch and so on
    std::vector<std::string> settings;  // that won over the scenario's (--set)
    std::vector<ProgramRecord> programs;
    std::vector<CaseResult> cases;
    std::vector<VerdictRecord> verdicts;
    std::vector<ReplayRecord> replays;
    std::vector<LanRecord> lans;
    std::vector<OffloadRecord> offloads;
    std::vector<BenchRecord> benches;
    std::vector<LoadRecord> loads;
    std::vector<ScalingRecord> scalings;
    std::vector<ExternalRecord> externals;
    std::string google_benchmark;  // its JSON document: context and benchmarks
    // Cases, benches and loads that there are, whether flags or the environment select them or not.
    std::size_t known_cases = 0;
    bool interrupted = false;
    int exit_code = 0;
};

[[nodiscard]] int exit_code_of(const RunRecord& run);

}  // namespace xdpbench::model
