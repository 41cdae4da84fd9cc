// How often the statistics are wrong, over thousands of simulated series and measurements: what the
// unit tests repeat with fewer. Needs no root and no idle machine; prints the same every time.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "stats/change_points.h"
#include "stats/simulated_series_test.h"
#include "stats/simulated_stopping_test.h"

namespace xdpbench::stats {
namespace {

struct Noise {
    std::string_view name;
    Simulate simulate;
};

std::vector<Noise> noises() {
    return {{"independent, 1 %", independent(0.01)},
            {"independent, 2 %", independent(0.02)},
            {"1 %, 5 % spikes of up to 30 %", with_spikes(independent(0.01), 0.05, 0.3)},
            {"1 %, 30 % on a level 4 % higher", bimodal(independent(0.01), 0.3, 0.04)},
            {"1 %, autocorrelation 0.2", drifting(0.01, 0.2)},
            {"1 %, autocorrelation 0.4", drifting(0.01, 0.4)}};
}

double percent(int part, int all) { return 100.0 * part / all; }

// Of series of 100 without a change: those in which one is found, in percent.
double false_alarms(const Noise& noise, int repetitions) {
    std::mt19937 random(1);
    int alarms = 0;
    for (int i = 0; i < repetitions; ++i) {
        if (!find_changes(noise.simulate(random, 100))->empty()) ++alarms;
    }
    return percent(alarms, repetitions);
}

// Of series that shift by 3 % after `before` values: those in which that is found, at most 5 values
// off, in percent.
double shifts_found(const Noise& noise, std::size_t before, std::size_t after, int repetitions) {
    std::mt19937 random(2);
    int found = 0;
    for (int i = 0; i < repetitions; ++i) {
        std::vector<double> series = noise.simulate(random, before + after);
        for (std::size_t at = before; at < series.size(); ++at) series[at] *= 1.03;
        const auto changes = find_changes(series);
        found += std::any_of(changes->begin(), changes->end(), [&](const ChangePoint& change) {
            return change.index + 5 >= before && change.index <= before + 5;
        });
    }
    return percent(found, repetitions);
}

void prove_change_points(int repetitions) {
    fmt::print("Change points, {} series each, in percent\n", repetitions);
    fmt::print("{:<34}{:>14}{:>16}{:>16}\n", "noise of the runs", "false alarms", "3 % at 20 of 40",
               "3 % at 20 of 25");
    for (const Noise& noise : noises()) {
        fmt::print("{:<34}{:>14.2f}{:>16.1f}{:>16.1f}\n", noise.name,
                   false_alarms(noise, repetitions), shifts_found(noise, 20, 20, repetitions / 5),
                   shifts_found(noise, 20, 5, repetitions / 5));
    }
}

std::vector<Noise> window_noises() {
    const auto drift = [](double deviation, double phi) {
        return both(drifting(deviation, phi), independent(0.01));
    };
    return {{"independent, 1 %", independent(0.01)},
            {"independent, 3 %", independent(0.03)},
            {"1 % drift over 5 windows", drift(0.01, 0.82)},
            {"1 % drift over 20 windows", drift(0.01, 0.95)},
            {"1 % drift over 50 windows", drift(0.01, 0.98)},
            {"3 % drift over 20 windows", drift(0.03, 0.95)},
            {"drift, 10 % spikes of up to 100 %", with_spikes(drift(0.01, 0.95), 0.1, 1)},
            {"25 % on a level 4 % higher", bimodal(independent(0.01), 0.25, 0.04)},
            {"the same for 20 windows each time", switching(0.01, 0.04, 20)}};
}

void prove_stopping(int measurements) {
    fmt::print("\nMeasurements that stop at +-0.5 %, {} each, 120 to 4000 windows; in percent\n",
               measurements);
    fmt::print("{:<36}{:>10}{:>12}{:>12}{:>12}\n", "noise of the windows", "quantile", "covered",
               "reached", "windows");
    for (const Noise& noise : window_noises()) {
        for (const double q : {0.5, 0.25, 0.1}) {
            const Stopping found = simulate_stopping(noise.simulate, q, measurements);
            fmt::print("{:<36}{:>10.2f}{:>12.1f}{:>12.1f}{:>12.0f}\n", noise.name, q,
                       100 * found.covered, 100 * found.reached, found.windows);
        }
    }
}

}  // namespace
}  // namespace xdpbench::stats

int main(int argc, char** argv) {
    const int repetitions = argc > 1 ? std::atoi(argv[1]) : 4000;
    if (argc > 2 || repetitions < 10) {
        fmt::print(stderr, "usage: xdp-bench-statistics-proof [REPETITIONS]   at least 10\n");
        return 2;
    }
    xdpbench::stats::prove_change_points(repetitions);
    xdpbench::stats::prove_stopping(repetitions / 10);
    return 0;
}
