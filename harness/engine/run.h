// `xdp-bench run`: check, replay and bench of the chosen programs in the chosen modes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/loads.h"
#include "engine/subject.h"
#include "engine/traffic_shape.h"
#include "report/console.h"
#include "report/model.h"
#include "scenario/scenario.h"
#include "traffic/placement.h"

namespace xdpbench {

struct RunOptions {
    std::vector<std::string> programs;   // --prog
    std::vector<std::string> scenarios;  // --scenario
    std::vector<Mode> modes{Mode::native};
    // The parts of a run: --only
    bool check = true;
    bool replay = true;
    bool bench = true;
    bool search = false;
    bool latency = false;
    bool pin_maps = false;   // --pin-maps
    bool keep = false;       // --keep
    bool take_over = false;  // --take-over: `device` and `peer` may be in use
    TrafficOption traffic;   // instead of the scenario's
    double seconds = 1.0;    // of a bench round
    int rounds = 5;
    std::optional<Placement> placement;    // none: by the number of CPUs
    std::vector<TrafficShape> shapes{{}};  // one bench each
    std::vector<Rate> rates;               // --rate
    SearchOptions goals;                   // --loss, --exceed, --width
    // --cpus: of the scaling table, and what rates are offered from; none: no table, one generator
    std::vector<int> cpus;
    std::optional<std::string> device;   // --dev: a real interface, in the place of a veth
    std::optional<std::string> peer;     // --peer: what is sent over it arrives at the device
    std::vector<std::string> passed_on;  // to GoogleTest and Google Benchmark
    std::vector<std::string> settings;   // --set, as typed
    std::string command_line;
    // Files beside the result begin so: "results/icmp_lb-native-...".
    std::string result_stem;

    // No other mode than offload.
    [[nodiscard]] bool only_offload() const;
    // The bench is not one as fast as possible.
    [[nodiscard]] bool offers_rates() const;
};

// A run of which is known that it can begin: its input is right, its privileges suffice. Nothing
// was created yet.
struct PlannedRun {
    RunOptions options;
    std::vector<Subject> subjects;
    CpuPlan cpus;                              // of the benches
    std::vector<std::string> test_flags;       // --gtest_...
    std::vector<std::string> benchmark_flags;  // --benchmark_...
    // Only the names of the cases are asked for: of which, and of any.
    bool lists_tests = false;
    bool lists_benchmarks = false;
    bool listing = false;
};

Result<PlannedRun> plan_run(const RunOptions& options);

// Fills `record` as it goes, so that after an interruption it holds what was done until then.
// Notes are lines for the user beside the report.
Result<void> run(const PlannedRun& plan, Console& console, RunRecord& record,
                 std::vector<std::string>& notes);

// 0 all held, 1 a check failed, 3 a measurement is invalid, 4 nothing could run here, 130
// interrupted.
[[nodiscard]] int exit_code_of(const RunRecord& run);

}  // namespace xdpbench
