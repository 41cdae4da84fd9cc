#include "engine/timed_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace xdpbench {
namespace {

// Whether the checks held, and the replay in `mode`, if there is one.
bool held(const RunRecord& record, const Subject& subject, std::optional<Mode> mode) {
    return std::none_of(record.cases.begin(), record.cases.end(), [&](const CaseResult& result) {
        const bool concerns = result.program == subject.scenario.name &&
                              (result.mode.empty() || (mode && result.mode == mode_name(*mode)));
        return concerns &&
               (result.outcome == Outcome::failed || result.outcome == Outcome::invalid);
    });
}

BenchRecord not_timed(const Subject& subject, Mode mode, std::string reason) {
    BenchRecord record;
    record.program = subject.scenario.name;
    record.mode = mode_name(mode);
    record.outcome = Outcome::skipped;
    record.message = std::move(reason);
    return record;
}

// Why a program is not timed in this mode; empty: it is. Verify, then time: what failed is not
// timed.
std::string why_untimed(const Subject& subject, Mode mode, const RunOptions& options,
                        const RunRecord& record) {
    if (mode == Mode::offload) {
        if (std::string why = why_not_through_offload(subject, options, record); !why.empty())
            return why;
    }
    if (!asks_for_mode(subject, mode)) return "the scenario does not ask for this mode (requires)";
    return held(record, subject, mode) ? "" : "not timed, because what is above did not hold";
}

}  // namespace

std::optional<DeviceEnds> device_ends(const RunOptions& options) {
    if (!options.device || !options.peer) return std::nullopt;
    return DeviceEnds{*options.device, *options.peer, options.take_over};
}

std::string why_not_through_offload(const Subject& subject, const RunOptions& options,
                                    const RunRecord& record) {
    if (!options.device) return "a veth has no XDP offload: there is nothing to time";
    for (const OffloadRecord& offload : record.offloads) {
        if (offload.program != subject.scenario.name) continue;
        if (offload.acceptance != "accepted")
            return fmt::format("{} did not take the program", offload.device);
        return offload.execution == "executed"
                   ? ""
                   : fmt::format(
                         "{} was not seen to execute the program: there is nothing to replay "
                         "through and nothing to time",
                         offload.device);
    }
    return fmt::format("whether {} executes the program was not found out", *options.device);
}

std::vector<BenchCase> benches_of(const std::vector<Subject>& subjects, const RunOptions& options,
                                  const CpuPlan& cpus, RunRecord& record) {
    std::vector<BenchCase> cases;
    if (!options.bench || options.offers_rates()) return cases;
    for (const Subject& subject : subjects) {
        if (!has_bench(subject)) continue;
        const auto add = [&](std::optional<Mode> mode) {
            for (const TrafficShape& shape : options.shapes)
                cases.push_back({&subject, mode, shape, cpus, device_ends(options)});
        };
        if (!options.only_offload() && held(record, subject, std::nullopt)) add(std::nullopt);
        for (const Mode mode : options.modes) {
            if (std::string why = why_untimed(subject, mode, options, record); !why.empty()) {
                record.benches.push_back(not_timed(subject, mode, std::move(why)));
            } else {
                add(mode);
            }
        }
    }
    return cases;
}

std::vector<BenchCase> loads_of(const std::vector<Subject>& subjects, const RunOptions& options,
                                const CpuPlan& cpus, RunRecord& record) {
    std::vector<BenchCase> cases;
    if (!options.offers_rates() && !options.search && !options.latency) return cases;
    const CpuPlan plan = options.cpus.empty() ? cpus : shared_on(options.cpus.front());
    for (const Subject& subject : subjects) {
        if (!has_bench(subject)) continue;
        for (const Mode mode : options.modes) {
            if (std::string why = why_untimed(subject, mode, options, record); !why.empty()) {
                LoadRecord untimed;
                static_cast<BenchSetup&>(untimed) =
                    static_cast<const BenchSetup&>(not_timed(subject, mode, std::move(why)));
                untimed.kind = options.offers_rates() ? "rate"
                               : options.search       ? "search"
                                                      : "latency";
                record.loads.push_back(std::move(untimed));
            } else {
                for (const TrafficShape& shape : options.shapes)
                    cases.push_back(
                        {&subject, mode, shape, plan, device_ends(options), options.cpus});
            }
        }
    }
    return cases;
}

}  // namespace xdpbench
