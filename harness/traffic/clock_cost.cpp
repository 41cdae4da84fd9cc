#include "traffic/clock_cost.h"

#include <bpf/libbpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <memory>

#include "bpf/skeleton.h"
#include "bpf/test_run.h"
#include "clock_cost.skel.h"

namespace xdpbench::traffic {
namespace {

constexpr int kMeasurements = 20;

}  // namespace

Result<double> measure_clock() {
    const std::unique_ptr<clock_cost, decltype(&clock_cost__destroy)> program(
        clock_cost__open_and_load(), clock_cost__destroy);
    if (!program) return system_error("cannot load the program that times the clock", errno);
    XDPBENCH_CHECK(bpf::require_variables(program->bss, "the program that times the clock"));
    bpf::TestRunner runner(::bpf_program__fd(program->progs.clock_cost));
    const std::array<std::uint8_t, 64> frame{};
    double least = std::numeric_limits<double>::max();
    for (int i = 0; i < kMeasurements; ++i) {
        XDPBENCH_CHECK(runner.run(frame));
        least = std::min(least, static_cast<double>(program->bss->took) /
                                    static_cast<double>(program->rodata->readings));
    }
    return least;
}

}  // namespace xdpbench::traffic
