// What a program does at chosen rates: offered one (rate), which is the highest without loss
// (search), and how long frames take (latency).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/bench_case.h"
#include "bench/loss_trials.h"
#include "bench/rate.h"
#include "model/load.h"

namespace xdpbench::bench {

struct LoadOptions {
    bool rate = false;    // offer `rates`
    bool search = false;  // done in any case where a share of what it finds is asked for
    bool latency = false;
    std::vector<Rate> rates;  // of a latency without any: 10, 50 and 90 %
    SearchOptions goals;
    double seconds = 1.0;  // of a round
    int rounds = 5;
};

// One case end to end. `progress` is told what is under way. After an interruption the records
// hold what was done.
Result<std::vector<model::LoadRecord>> run_load(
    const BenchCase& load, const LoadOptions& options,
    const std::function<void(const std::string&)>& progress);

}  // namespace xdpbench::bench
