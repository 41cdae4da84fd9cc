#include "engine/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/interrupt.h"
#include "kernel/test_run.h"

namespace xdpbench {
namespace {

// A program that has seen the frames, with what it made of them.
struct Run {
    Program program;
    std::vector<StoredEntry> before;
    std::vector<StoredEntry> after;
    std::vector<FrameResult> frames;
    std::vector<RecordedEvents> events;
};

Result<FrameResult> run_frame(TestRunner& runner, const Frame& frame, std::size_t number) {
    if (interrupted()) return interrupted_error();
    Result<TestRunOutput> output = runner.run(frame.bytes);
    if (!output) return output.error().in(fmt::format("frame {}", number));
    if (output->returned >= kActionCount) {
        return input_error(fmt::format("frame {}: the program returned {}", number,
                                       returned_text(output->returned)),
                           "correct the program: there is no action to expect");
    }
    return FrameResult{static_cast<Action>(output->returned),
                       Frame{{output->frame.begin(), output->frame.end()}, frame.timestamp_ns},
                       {}};
}

Result<Run> run_once(const Subject& subject, const Configuration& extra, const Frames& frames,
                     const EventTypes& types) {
    XDPBENCH_TRY(Program program, open_program(subject, extra));
    XDPBENCH_CHECK(program.load());
    Run run{std::move(program), {}, {}, {}, {}};
    XDPBENCH_TRY(EventRecorder events, EventRecorder::open(run.program, types));
    XDPBENCH_TRY(run.before, run.program.read_maps());
    TestRunner runner(run.program.fd());
    for (const Frame& frame : frames) {
        XDPBENCH_TRY(FrameResult result, run_frame(runner, frame, run.frames.size()));
        run.frames.push_back(std::move(result));
        XDPBENCH_CHECK(events.read());
    }
    XDPBENCH_TRY(run.events, events.finish());
    XDPBENCH_TRY(run.after, run.program.read_maps());
    return run;
}

// `results` with the fields that the second run made otherwise.
Result<void> add_varying(std::vector<FrameResult>& results, const std::vector<FrameResult>& again) {
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (results[i].action != again[i].action) {
            return input_error(
                fmt::format("frame {}: the program returned {}, and {} when all was repeated", i,
                            action_name(results[i].action), action_name(again[i].action)),
                "what depends on time or chance cannot be recorded: write a scenario by hand");
        }
        for (FieldDifference& difference : diff_frames(results[i].out, again[i].out)) {
            if (difference.field == "length") {
                return input_error(
                    fmt::format("frame {}: came out with another length when all was repeated", i),
                    "what depends on time or chance cannot be recorded: write a scenario by hand");
            }
            results[i].varying.push_back(std::move(difference.field));
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
        add_change(again, entry.map, run.program.expectation_of(entry), changes, unsteady);
    }
    for (const StoredEntry& entry : run.before) {
        if (after.contains({entry.map, entry.key})) continue;
        MapEntry gone{run.program.expectation_of(entry).key, std::nullopt, std::nullopt, true};
        add_change(again, entry.map, std::move(gone), changes, unsteady);
    }
}

}  // namespace

Result<Recording> record_frames(const Subject& subject, const Configuration& extra,
                                const Frames& frames, const EventTypes& types) {
    XDPBENCH_TRY(Run run, run_once(subject, extra, frames, types));
    XDPBENCH_TRY(const Run again, run_once(subject, extra, frames, types));
    XDPBENCH_CHECK(add_varying(run.frames, again.frames));
    std::vector<MapContent> changes;
    std::vector<std::string> unsteady;
    add_changes(run, again.program, changes, unsteady);
    std::vector<EventExpectation> events = steady_events(run.events, again.events, unsteady);
    return Recording{std::move(run.program), std::move(run.frames), std::move(changes),
                     std::move(run.events),  std::move(events),     std::move(unsteady)};
}

}  // namespace xdpbench
