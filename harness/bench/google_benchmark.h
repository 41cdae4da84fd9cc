// Google Benchmark as the bench engine: registration at run time, its flags, its JSON.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "bench/bench.h"
#include "bench/bench_case.h"

namespace xdpbench::bench {

struct BenchOptions {
    double seconds = 1.0;  // of a round
    int rounds = 5;
    // As long as necessary: `seconds` of the goal are for the whole run, from `run_start` on. Then
    // `rounds` are parts of that time. Each bench has a second, whatever the run has left.
    std::optional<PrecisionGoal> goal;
    Clock::time_point run_start = Clock::now();
    std::vector<std::string> arguments = {};  // for Google Benchmark: --benchmark_...
};

struct BenchResults {
    std::vector<model::BenchRecord> records;
    std::string json;  // Google Benchmark's document
};

// Runs each case as a Google Benchmark benchmark registered at run time; one iteration is one
// packet, one repetition one round. `progress` is told what is under way. Without cases: Google
// Benchmark's context alone.
Result<BenchResults> run_benches(const std::vector<BenchCase>& cases, const BenchOptions& options,
                                 const std::function<void(const std::string&)>& progress);

}  // namespace xdpbench::bench
