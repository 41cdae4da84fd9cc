#include "record/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "check/step_check.h"
#include "traffic/pinned.h"

namespace xdpbench::record {
namespace {

// A program that has seen the frames, with what it made of them.
struct Run {
    target::LoneProgram lone;
    std::vector<bpf::StoredEntry> before;
    std::vector<bpf::StoredEntry> after;
    std::vector<StepRecording> steps;
    std::vector<RecordedEvents> events;
};

Result<FrameResult> result_of(const bpf::TestRunOutput& output, const std::string& frame) {
    if (output.returned >= model::kActionCount) {
        return input_error(
            fmt::format("{}: the program returned {}", frame, bpf::returned_text(output.returned)),
            "correct the program: there is no action to expect");
    }
    return FrameResult{static_cast<model::Action>(output.returned),
                       packet::Frame{{output.frame.begin(), output.frame.end()}, 0},
                       {},
                       {output.metadata.begin(), output.metadata.end()},
                       {}};
}

Result<void> run_steps(const target::Target& target, const scenario::Check& check, Run& run) {
    XDPBENCH_TRY(const bpf::EventTypes types, check::types_of(check));
    XDPBENCH_TRY(EventRecorder events, EventRecorder::open(run.lone.program, types));
    XDPBENCH_TRY(check::StepRunner runner, check::StepRunner::create(run.lone, check));
    std::size_t first = 0;
    for (const scenario::Step& step : check.steps) {
        StepRecording& seen = run.steps.emplace_back();
        seen.first = first;
        XDPBENCH_TRY(seen.in, target::load_frames(step.in, target.scenario));
        XDPBENCH_CHECK(
            runner.run_each(step, seen.in, [&](const bpf::TestRunOutput& output) -> Result<void> {
                const std::size_t number = seen.results.size();
                XDPBENCH_TRY(FrameResult result,
                             result_of(output, target::frame_name(step.in, number)));
                result.out.timestamp_ns = seen.in[number].timestamp_ns;
                seen.results.push_back(std::move(result));
                return events.read();
            }));
        first += seen.in.size();
    }
    run.events = events.finish();
    return {};
}

Result<Run> run_once(const target::Target& target, const scenario::Check& check) {
    XDPBENCH_TRY(target::LoneProgram lone,
                 target::load_alone(target, check.configuration, check::queues_needed(check)));
    Run run{std::move(lone), {}, {}, {}, {}};
    XDPBENCH_TRY(run.before, run.lone.program.read_maps());
    XDPBENCH_CHECK(run_steps(target, check, run));
    XDPBENCH_TRY(run.after, run.lone.program.read_maps());
    return run;
}

// `result` with what the second run made otherwise.
Result<void> add_varying(const std::string& frame, FrameResult& result, const FrameResult& again) {
    constexpr const char* kAdvice =
        "what depends on time or chance cannot be recorded: write a scenario by hand";
    if (result.action != again.action) {
        return input_error(
            fmt::format("{}: the program returned {}, and {} when all was repeated", frame,
                        model::action_name(result.action), model::action_name(again.action)),
            kAdvice);
    }
    for (packet::FieldDifference& difference : packet::diff_frames(result.out, again.out)) {
        if (difference.field == "length") {
            return input_error(
                fmt::format("{}: came out with another length when all was repeated", frame),
                kAdvice);
        }
        result.varying.push_back(std::move(difference.field));
    }
    result.metadata_again = again.metadata;
    return {};
}

Result<void> add_varying(const scenario::Check& check, std::vector<StepRecording>& steps,
                         const std::vector<StepRecording>& again) {
    for (std::size_t step = 0; step < steps.size(); ++step) {
        for (std::size_t i = 0; i < steps[step].results.size(); ++i) {
            XDPBENCH_CHECK(add_varying(target::frame_name(check.steps[step].in, i),
                                       steps[step].results[i], again[step].results[i]));
        }
    }
    return {};
}

// Values by map and key.
using Index = std::map<std::pair<std::string, std::vector<std::uint8_t>>, const bpf::StoredEntry*>;

Index index_of(const std::vector<bpf::StoredEntry>& entries) {
    Index index;
    for (const bpf::StoredEntry& entry : entries) index[{entry.map, entry.key}] = &entry;
    return index;
}

// Adds an expectation of `map` if the program that saw the same frames again agrees with it.
void add_change(const bpf::Program& again, const std::string& map, scenario::MapEntry entry,
                std::vector<scenario::MapContent>& changes, std::vector<std::string>& unsteady) {
    const auto lines = again.compare_maps({scenario::MapContent{{}, map, {entry}}});
    if (!lines) {
        unsteady.push_back(fmt::format("map {}: {}", map, lines.error().what));
    } else if (!lines->empty()) {
        unsteady.push_back(fmt::format("{}, the first time and when repeated", lines->front()));
    } else {
        auto content =
            std::find_if(changes.begin(), changes.end(),
                         [&](const scenario::MapContent& one) { return one.map == map; });
        if (content == changes.end())
            content = changes.insert(content, scenario::MapContent{{}, map, {}});
        content->entries.push_back(std::move(entry));
    }
}

void add_changes(const Run& run, const bpf::Program& again,
                 std::vector<scenario::MapContent>& changes, std::vector<std::string>& unsteady) {
    const Index before = index_of(run.before);
    const Index after = index_of(run.after);
    for (const bpf::StoredEntry& entry : run.after) {
        const auto earlier = before.find({entry.map, entry.key});
        if (earlier != before.end() && earlier->second->value == entry.value) continue;
        add_change(again, entry.map, run.lone.program.expectation_of(entry), changes, unsteady);
    }
    for (const bpf::StoredEntry& entry : run.before) {
        if (after.contains({entry.map, entry.key})) continue;
        scenario::MapEntry gone{run.lone.program.expectation_of(entry).key, std::nullopt,
                                std::nullopt, true};
        add_change(again, entry.map, std::move(gone), changes, unsteady);
    }
}

}  // namespace

Result<Recording> record_check(const target::Target& target, const scenario::Check& check) {
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const traffic::PinnedThread pinned,
                 traffic::PinnedThread::pin(traffic::measuring_cpu()));
    XDPBENCH_TRY(Run run, run_once(target, check));
    XDPBENCH_TRY(Run again, run_once(target, check));
    XDPBENCH_CHECK(add_varying(check, run.steps, again.steps));
    std::vector<scenario::MapContent> changes;
    std::vector<std::string> unsteady;
    add_changes(run, again.lone.program, changes, unsteady);
    std::vector<scenario::EventExpectation> events =
        steady_events(run.events, again.events, unsteady);
    // Both runs' records are read by the types of the program that stays.
    for (std::size_t i = 0; i < run.events.size(); ++i)
        again.events[i].source = run.events[i].source;
    return Recording{std::move(run.lone),   std::move(run.steps),    std::move(changes),
                     std::move(run.events), std::move(again.events), std::move(events),
                     std::move(unsteady)};
}

}  // namespace xdpbench::record
