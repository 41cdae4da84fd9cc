// What is known of a run before anything is created.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "run/options.h"
#include "target/target.h"
#include "traffic/placement.h"

namespace xdpbench::run {

// A run of which is known that it can begin: its input is right, its privileges suffice. Nothing
// was created yet.
struct PlannedRun {
    Clock::time_point start = Clock::now();  // of the run and so of its budget
    RunOptions options;
    std::vector<target::Target> targets;
    target::RestoredState restored;            // what loaded programs' maps had before
    std::vector<std::string> notes;            // about them
    traffic::CpuPlan cpus;                     // of the benches
    std::vector<std::string> test_flags;       // --gtest_...
    std::vector<std::string> benchmark_flags;  // --benchmark_...
    // Only the names of the cases are asked for: of which, and of any.
    bool lists_tests = false;
    bool lists_benchmarks = false;
    bool listing = false;
    // Runs one of several shards: others may have all of the cases.
    bool sharded = false;
};

Result<PlannedRun> plan_run(const RunOptions& options);

}  // namespace xdpbench::run
