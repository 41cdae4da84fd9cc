#include "run/timed_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "run/repeat.h"

namespace xdpbench::run {
namespace {

// Whether the checks held, and the replay in `mode`, if there is one.
bool all_held(const model::RunRecord& record, const target::Target& target,
              std::optional<model::Mode> mode) {
    return std::none_of(
        record.cases.begin(), record.cases.end(), [&](const model::CaseResult& result) {
            const bool concerns =
                result.program == target.scenario.name && (!result.mode || result.mode == mode);
            return concerns && !model::held(result.outcome);
        });
}

// A record of a measurement that is skipped.
template <class Record>
Record not_timed(const target::Target& target, model::Mode mode, const std::string& reason) {
    Record record;
    record.setup.program = target.scenario.name;
    record.setup.mode = mode;
    record.outcome = model::Outcome::skipped;
    record.message = reason;
    return record;
}

// Why a program is not timed in this mode; empty: it is. Verify, then time: what failed is not
// timed.
std::string why_untimed(const target::Target& target, model::Mode mode, const RunOptions& options,
                        const model::RunRecord& record) {
    if (mode == model::Mode::offload) {
        if (std::string why = why_not_through_offload(target, options, record); !why.empty())
            return why;
    }
    if (!target::asks_for_mode(target, mode))
        return "the scenario does not ask for this mode (requires)";
    return all_held(record, target, mode) ? "" : "not timed, because what is above did not hold";
}

// What is known of the traffic of all benches of a target in one shape, in both states.
struct ShapedTraffic {
    target::TrafficShape shape;
    std::shared_ptr<const bench::TimedTraffic> kept;
    std::shared_ptr<const bench::TimedTraffic> fresh;
};

// Nothing where it cannot be found out: the bench's own error says why.
std::shared_ptr<const bench::TimedTraffic> find(const target::Target& target,
                                                const target::TrafficShape& shape,
                                                const bench::Settle& settle) {
    Result<bench::TimedTraffic> found = bench::find_traffic(target, shape, settle);
    return found ? std::make_shared<const bench::TimedTraffic>(*std::move(found)) : nullptr;
}

std::vector<ShapedTraffic> traffic_by_shape(const target::Target& target,
                                            const RunOptions& options) {
    std::vector<ShapedTraffic> all;
    for (const target::TrafficShape& shape : options.shapes) {
        ShapedTraffic& shaped = all.emplace_back(ShapedTraffic{shape, {}, {}});
        if (options.state_kept) shaped.kept = find(target, shape, options.settle);
        if (options.state_fresh) shaped.fresh = find(target, shape, {});
    }
    return all;
}

// Of mixed traffic one bench for each verdict; alone the whole mix before them. Where verdicts are
// not steady there is the whole mix only.
void add_verdicts(bench::BenchCase bench, std::vector<bench::BenchCase>& cases) {
    const std::shared_ptr<const bench::TimedTraffic> whole = bench.traffic;
    if (!whole || !whole->paths.mixed || !whole->paths.steady) {
        cases.push_back(std::move(bench));
        return;
    }
    if (!bench.mode) cases.push_back(bench);
    for (const model::Action action : bench::verdicts_of(whole->paths)) {
        bench.only = action;
        Result<bench::TimedTraffic> some = bench::only_with(
            *bench.target, *whole, action, bench.fresh ? bench::Settle{} : bench.settle);
        bench.traffic =
            some ? std::make_shared<const bench::TimedTraffic>(*std::move(some)) : nullptr;
        cases.push_back(bench);
    }
}

void add_states(bench::BenchCase bench, const RunOptions& options, const ShapedTraffic& traffic,
                std::vector<bench::BenchCase>& cases) {
    bench.settle = options.settle;
    for (const bool fresh : {false, true}) {
        if (!(fresh ? options.state_fresh : options.state_kept)) continue;
        bench.fresh = fresh;
        bench.traffic = fresh ? traffic.fresh : traffic.kept;
        add_verdicts(bench, cases);
    }
}

}  // namespace

std::optional<net::Ports> device_ends(const RunOptions& options) {
    if (!options.device || (!options.peer && !options.external_traffic)) return std::nullopt;
    return net::Ports{*options.device, options.peer.value_or(""), options.take_over, options.remote,
                      options.out,     options.out_peer};
}

std::vector<bench::BenchCase> externals_of(const std::vector<target::Target>& targets,
                                           const RunOptions& options, const traffic::CpuPlan& cpus,
                                           model::RunRecord& record) {
    std::vector<bench::BenchCase> cases;
    if (!options.external_traffic) return cases;
    for (const target::Target& target : targets) {
        for (const model::Mode mode : options.modes) {
            if (std::string why = why_untimed(target, mode, options, record); !why.empty()) {
                record.externals.push_back(not_timed<model::ExternalRecord>(target, mode, why));
            } else {
                bench::BenchCase& one = cases.emplace_back(
                    bench::BenchCase{&target, mode, {}, cpus, device_ends(options)});
                one.repeat = repeat_of_external(one, options);
            }
        }
    }
    return cases;
}

std::string why_not_through_offload(const target::Target& target, const RunOptions& options,
                                    const model::RunRecord& record) {
    if (!options.device) return "a veth has no XDP offload: there is nothing to time";
    for (const model::OffloadRecord& offload : record.offloads) {
        if (offload.program != target.scenario.name) continue;
        if (offload.acceptance != model::Acceptance::accepted)
            return fmt::format("{} did not take the program", offload.device);
        return offload.execution == model::Execution::executed
                   ? ""
                   : fmt::format(
                         "{} was not seen to execute the program: there is nothing to replay "
                         "through and nothing to time",
                         offload.device);
    }
    return fmt::format("whether {} executes the program was not found out", *options.device);
}

std::vector<bench::BenchCase> benches_of(const std::vector<target::Target>& targets,
                                         const RunOptions& options, const traffic::CpuPlan& cpus,
                                         model::RunRecord& record) {
    std::vector<bench::BenchCase> cases;
    if (!options.bench || options.offers_rates()) return cases;
    for (const target::Target& target : targets) {
        if (!target::has_bench(target)) continue;
        std::vector<ShapedTraffic> traffic = traffic_by_shape(target, options);
        const auto add = [&](std::optional<model::Mode> mode) {
            for (ShapedTraffic& shaped : traffic) {
                const bench::BenchCase bench{&target, mode, shaped.shape, cpus,
                                             device_ends(options)};
                add_states(bench, options, shaped, cases);
            }
        };
        if (!options.only_offload() && all_held(record, target, std::nullopt)) add(std::nullopt);
        for (const model::Mode mode : options.modes) {
            if (std::string why = why_untimed(target, mode, options, record); !why.empty()) {
                record.benches.push_back(not_timed<model::BenchRecord>(target, mode, why));
            } else {
                add(mode);
            }
        }
    }
    for (bench::BenchCase& bench : cases) bench.repeat = repeat_of_bench(bench, options);
    return cases;
}

std::vector<bench::BenchCase> loads_of(const std::vector<target::Target>& targets,
                                       const RunOptions& options, const traffic::CpuPlan& cpus,
                                       model::RunRecord& record) {
    std::vector<bench::BenchCase> cases;
    if (!options.offers_rates() && !options.search && !options.latency) return cases;
    const traffic::CpuPlan plan =
        options.cpus.empty() || options.remote ? cpus : traffic::shared_on(options.cpus.front());
    for (const target::Target& target : targets) {
        if (!target::has_bench(target)) continue;
        for (const model::Mode mode : options.modes) {
            if (std::string why = why_untimed(target, mode, options, record); !why.empty()) {
                auto untimed = not_timed<model::LoadRecord>(target, mode, why);
                untimed.kind = options.offers_rates() ? model::LoadKind::rate
                               : options.search       ? model::LoadKind::search
                                                      : model::LoadKind::latency;
                record.loads.push_back(std::move(untimed));
            } else {
                for (const target::TrafficShape& shape : options.shapes)
                    cases.push_back(
                        {&target, mode, shape, plan, device_ends(options), options.cpus});
            }
        }
    }
    return cases;
}

}  // namespace xdpbench::run
