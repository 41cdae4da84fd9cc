#include "check/observation.h"

#include <optional>
#include <utility>

#include "check/step_runner.h"

namespace xdpbench::check {

Result<Observation> observe(const target::Target& target, const scenario::Check& check,
                            const std::vector<packet::Frames>& in, const Wanted& wanted) {
    XDPBENCH_TRY(target::LoneProgram lone,
                 target::load_alone(target, check.configuration, queues_needed(check)));
    Observation seen{std::move(lone), {}, {}};
    std::optional<EventRecorder> events;
    if (wanted.events) {
        XDPBENCH_TRY(EventRecorder opened, EventRecorder::open(seen.program(), wanted.types));
        events.emplace(std::move(opened));
    }
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(seen.lone, check));
    for (std::size_t step = 0; step < check.steps.size(); ++step) {
        std::vector<FrameResult>& results = seen.results.emplace_back();
        const auto keep = [&](const bpf::TestRunOutput& output) -> Result<void> {
            results.push_back({output.returned,
                               {{output.frame.begin(), output.frame.end()},
                                in[step][results.size()].timestamp_ns},
                               {output.metadata.begin(), output.metadata.end()}});
            return events ? events->read() : Result<void>();
        };
        XDPBENCH_CHECK(runner.run_each(check.steps[step], in[step], keep));
    }
    if (events) seen.events = events->finish();
    return seen;
}

}  // namespace xdpbench::check
