#include "engine/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/step_check.h"
#include "traffic/pinned.h"

namespace xdpbench {
namespace {

// A program that has seen the frames, with what it made of them.
struct Run {
    LoneProgram lone;
    std::vector<StoredEntry> before;
    std::vector<StoredEntry> after;
    std::vector<StepRecording> steps;
    std::vector<RecordedEvents> events;
};

Result<FrameResult> result_of(const TestRunOutput& output, const std::string& frame) {
    if (output.returned >= kActionCount) {
        return input_error(
            fmt::format("{}: the program returned {}", frame, returned_text(output.returned)),
            "correct the program: there is no action to expect");
    }
    return FrameResult{static_cast<Action>(output.returned),
                       Frame{{output.frame.begin(), output.frame.end()}, 0},
                       {},
                       {output.metadata.begin(), output.metadata.end()},
                       {}};
}

Result<void> run_steps(const Subject& subject, const Check& check, Run& run) {
    XDPBENCH_TRY(const EventTypes types, types_of(check));
    XDPBENCH_TRY(EventRecorder events, EventRecorder::open(run.lone.program, types));
    XDPBENCH_TRY(StepRunner runner, StepRunner::create(run.lone, check));
    std::size_t first = 0;
    for (const Step& step : check.steps) {
        StepRecording& seen = run.steps.emplace_back();
        seen.first = first;
        XDPBENCH_TRY(seen.in, load_frames(step.in, subject.scenario));
        XDPBENCH_CHECK(
            runner.run_each(step, seen.in, [&](const TestRunOutput& output) -> Result<void> {
                const std::size_t number = seen.results.size();
                XDPBENCH_TRY(FrameResult result, result_of(output, frame_name(step.in, number)));
                result.out.timestamp_ns = seen.in[number].timestamp_ns;
                seen.results.push_back(std::move(result));
                return events.read();
            }));
        first += seen.in.size();
    }
    run.events = events.finish();
    return {};
}

Result<Run> run_once(const Subject& subject, const Check& check) {
    XDPBENCH_TRY(LoneProgram lone, load_alone(subject, check.configuration, queues_needed(check)));
    Run run{std::move(lone), {}, {}, {}, {}};
    XDPBENCH_TRY(run.before, run.lone.program.read_maps());
    XDPBENCH_CHECK(run_steps(subject, check, run));
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
                        action_name(result.action), action_name(again.action)),
            kAdvice);
    }
    for (FieldDifference& difference : diff_frames(result.out, again.out)) {
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

Result<void> add_varying(const Check& check, std::vector<StepRecording>& steps,
                         const std::vector<StepRecording>& again) {
    for (std::size_t step = 0; step < steps.size(); ++step) {
        for (std::size_t i = 0; i < steps[step].results.size(); ++i) {
            XDPBENCH_CHECK(add_varying(frame_name(check.steps[step].in, i), steps[step].results[i],
                                       again[step].results[i]));
        }
    }
    return {};
}

// Values by map and key.
using Index = std::map<std::pair<std::string, std::vector<std::uint8_t>>, const StoredEntry*>;

Index index_of(const std::vector<StoredEntry>& entries) {
    Index index;
    for (const StoredEntry& entry : entries) index[{entry.map, entry.key}] = &entry;
    return index;
}

// Adds an expectation of `map` if the program that saw the same frames again agrees with it.
void add_change(const Program& again, const std::string& map, MapEntry entry,
                std::vector<MapContent>& changes, std::vector<std::string>& unsteady) {
    const auto lines = again.compare_maps({MapContent{{}, map, {entry}}});
    if (!lines) {
        unsteady.push_back(fmt::format("map {}: {}", map, lines.error().what));
    } else if (!lines->empty()) {
        unsteady.push_back(fmt::format("{}, the first time and when repeated", lines->front()));
    } else {
        auto content = std::find_if(changes.begin(), changes.end(),
                                    [&](const MapContent& one) { return one.map == map; });
        if (content == changes.end()) content = changes.insert(content, MapContent{{}, map, {}});
        content->entries.push_back(std::move(entry));
    }
}

void add_changes(const Run& run, const Program& again, std::vector<MapContent>& changes,
                 std::vector<std::string>& unsteady) {
    const Index before = index_of(run.before);
    const Index after = index_of(run.after);
    for (const StoredEntry& entry : run.after) {
        const auto earlier = before.find({entry.map, entry.key});
        if (earlier != before.end() && earlier->second->value == entry.value) continue;
        add_change(again, entry.map, run.lone.program.expectation_of(entry), changes, unsteady);
    }
    for (const StoredEntry& entry : run.before) {
        if (after.contains({entry.map, entry.key})) continue;
        MapEntry gone{run.lone.program.expectation_of(entry).key, std::nullopt, std::nullopt, true};
        add_change(again, entry.map, std::move(gone), changes, unsteady);
    }
}

}  // namespace

Result<Recording> record_check(const Subject& subject, const Check& check) {
    // What a program keeps for each CPU must not depend on where the scheduler puts this thread.
    XDPBENCH_TRY(const PinnedThread pinned, PinnedThread::pin(measuring_cpu()));
    XDPBENCH_TRY(Run run, run_once(subject, check));
    XDPBENCH_TRY(Run again, run_once(subject, check));
    XDPBENCH_CHECK(add_varying(check, run.steps, again.steps));
    std::vector<MapContent> changes;
    std::vector<std::string> unsteady;
    add_changes(run, again.lone.program, changes, unsteady);
    std::vector<EventExpectation> events = steady_events(run.events, again.events, unsteady);
    // Both runs' records are read by the types of the program that stays.
    for (std::size_t i = 0; i < run.events.size(); ++i)
        again.events[i].source = run.events[i].source;
    return Recording{std::move(run.lone),   std::move(run.steps),    std::move(changes),
                     std::move(run.events), std::move(again.events), std::move(events),
                     std::move(unsteady)};
}

}  // namespace xdpbench
