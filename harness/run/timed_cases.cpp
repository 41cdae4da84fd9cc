#include "run/timed_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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
Record not_timed(const target::Target& target, model::Mode mode, std::string reason) {
    Record record;
    record.setup.program = target.scenario.name;
    record.setup.mode = mode;
    record.outcome = model::Outcome::skipped;
    record.message = std::move(reason);
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

}  // namespace

std::optional<net::Ports> device_ends(const RunOptions& options) {
    if (!options.device || !options.peer) return std::nullopt;
    return net::Ports{*options.device, *options.peer, options.take_over};
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
        const auto add = [&](std::optional<model::Mode> mode) {
            for (const target::TrafficShape& shape : options.shapes)
                cases.push_back({&target, mode, shape, cpus, device_ends(options)});
        };
        if (!options.only_offload() && all_held(record, target, std::nullopt)) add(std::nullopt);
        for (const model::Mode mode : options.modes) {
            if (std::string why = why_untimed(target, mode, options, record); !why.empty()) {
                record.benches.push_back(
                    not_timed<model::BenchRecord>(target, mode, std::move(why)));
            } else {
                add(mode);
            }
        }
    }
    return cases;
}

std::vector<bench::BenchCase> loads_of(const std::vector<target::Target>& targets,
                                       const RunOptions& options, const traffic::CpuPlan& cpus,
                                       model::RunRecord& record) {
    std::vector<bench::BenchCase> cases;
    if (!options.offers_rates() && !options.search && !options.latency) return cases;
    const traffic::CpuPlan plan =
        options.cpus.empty() ? cpus : traffic::shared_on(options.cpus.front());
    for (const target::Target& target : targets) {
        if (!target::has_bench(target)) continue;
        for (const model::Mode mode : options.modes) {
            if (std::string why = why_untimed(target, mode, options, record); !why.empty()) {
                auto untimed = not_timed<model::LoadRecord>(target, mode, std::move(why));
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
