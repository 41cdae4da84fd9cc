#include "bench/bench_case.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "packet/reshape.h"

namespace xdpbench::bench {

std::vector<int> BenchCase::generators() const {
    return side_by_side.empty() ? std::vector{cpus.generator} : side_by_side;
}

std::vector<int> BenchCase::generators_here() const {
    return devices && devices->remote ? std::vector<int>{} : generators();
}

std::string BenchCase::kind() const { return std::string(model::attach_name(mode)); }

std::string BenchCase::variant() const {
    std::string name = shape.name();
    if (only) name += fmt::format("/verdict:{}", model::action_name(*only));
    if (fresh) name += "/state:fresh";
    if (!mode) return name;
    if (devices) name += fmt::format("/device:{}", devices->device);
    if (!side_by_side.empty()) return fmt::format("{}/cpus:{}", name, fmt::join(side_by_side, ","));
    if (devices) return name;
    if (cpus.placement == model::Placement::shared) return name;
    return fmt::format("{}/{}", name, model::name_of(cpus.placement));
}

std::string BenchCase::name() const {
    return fmt::format("{}/{}{}", target->scenario.name, kind(), variant());
}

Result<std::shared_ptr<const TimedTraffic>> traffic_of(const BenchCase& bench) {
    if (bench.traffic) return bench.traffic;
    const Settle settle = bench.fresh ? Settle{} : bench.settle;
    XDPBENCH_TRY(TimedTraffic whole, find_traffic(*bench.target, bench.shape, settle));
    if (bench.only) {
        XDPBENCH_TRY(whole, only_with(*bench.target, whole, *bench.only, settle));
    }
    return std::make_shared<const TimedTraffic>(std::move(whole));
}

model::BenchSetup begin_setup(const BenchCase& bench) {
    model::BenchSetup setup;
    setup.program = bench.target->scenario.name;
    setup.mode = bench.mode;
    setup.size = bench.shape.size_name();
    setup.variant = bench.variant();
    setup.placement = bench.mode ? bench.cpus.placement : model::Placement::test_run;
    setup.cpu = bench.cpus.program;
    setup.generator_cpu = bench.mode ? bench.cpus.generator : bench.cpus.program;
    setup.generator_cpus = bench.generators();
    setup.repeat = bench.repeat;
    if (bench.mode && bench.devices) {
        setup.placement = model::Placement::device;
        setup.cpu = model::kCpuUnknown;
        setup.out = net::out_text(*bench.devices);
        setup.generator_elsewhere = bench.devices->remote != nullptr;
    }
    if (setup.generator_elsewhere && bench.side_by_side.empty()) {
        setup.generator_cpu = model::kCpuUnknown;
        setup.generator_cpus.clear();
    }
    return setup;
}

model::BenchSetup describe_bench(const BenchCase& bench, const packet::Frames& frames,
                                 const Paths& paths) {
    const auto [shortest, longest] = std::minmax_element(
        frames.begin(), frames.end(), [](const packet::Frame& a, const packet::Frame& b) {
            return a.bytes.size() < b.bytes.size();
        });
    model::BenchSetup setup = begin_setup(bench);
    setup.action = paths.action;
    setup.mixed = paths.mixed;
    setup.traffic = target::bench_traffic(*bench.target).text;
    setup.frames = frames.size();
    setup.shortest = shortest->bytes.size();
    setup.longest = longest->bytes.size();
    setup.flows = packet::count_flows(frames);
    if (setup.placement != model::Placement::test_run) setup.sender = net::sender_of(setup.longest);
    return setup;
}

}  // namespace xdpbench::bench
