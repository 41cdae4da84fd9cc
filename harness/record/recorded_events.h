// The events that a program writes, for `record`: what of them can be expected.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/events.h"
#include "bpf/program.h"
#include "scenario/scenario.h"
#include "scenario/yaml.h"

namespace xdpbench::record {

// What came out of one event map.
struct RecordedEvents {
    bpf::EventSource source;  // its types are the program's: valid as long as that
    std::vector<std::vector<std::uint8_t>> records;
    std::optional<std::uint64_t> lost;  // nothing: nobody counts them

    // How many there were before the first frame and after each.
    struct Mark {
        std::size_t records = 0;
        std::optional<std::uint64_t> lost;
    };
    std::vector<Mark> marks;

    // What frames `first` to `end`, that one not included, wrote; without marks.
    [[nodiscard]] RecordedEvents of_frames(std::size_t first, std::size_t end) const;

    // Valid as long as this.
    [[nodiscard]] bpf::Event event(std::size_t number) const {
        return {&source, number, -1, records[number]};
    }
};

// Keeps what a loaded program writes; must not outlive it.
class EventRecorder {
  public:
    static Result<EventRecorder> open(const bpf::Program& program, const bpf::EventTypes& types);

    // Takes what came since the last call: after every frame, so that no buffer overflows that one
    // frame does not fill.
    Result<void> read();

    // By map, after the last frame.
    [[nodiscard]] std::vector<RecordedEvents> finish() { return std::move(maps_); }

  private:
    explicit EventRecorder(bpf::Events events);

    bpf::Events events_;
    std::vector<RecordedEvents> maps_;
};

// A scenario lists so many records of a map; the rest is counted.
inline constexpr std::size_t kMostRecords = 1000;

// What both hold; nothing if that is nothing.
[[nodiscard]] std::optional<model::Value> common_part(const model::Value& a, const model::Value& b);

// What two runs over the same frames have in common: fields that differ are left out, records from
// the first on that has nothing in common, and counts. What is left out is told in `unsteady`.
[[nodiscard]] std::vector<scenario::EventExpectation> steady_events(
    const std::vector<RecordedEvents>& first, const std::vector<RecordedEvents>& again,
    std::vector<std::string>& unsteady);

// What was recorded, in the place of an expectation that it does not fulfil: of its fields, as many
// of the records if it listed some of them only, with its keys. Nothing if it holds.
Result<std::optional<scenario::EventExpectation>> updated_events(
    const RecordedEvents& recorded, const scenario::EventExpectation& steady,
    const scenario::EventExpectation& expected);

// As it stands in a scenario, by map.
[[nodiscard]] scenario::YamlNode to_yaml(const scenario::EventExpectation& events);
[[nodiscard]] scenario::YamlNode to_yaml(const std::vector<scenario::EventExpectation>& events);

// What `actual` is of the part that `expected` names.
[[nodiscard]] model::Value restricted(const model::Value& actual, const model::Value& expected);

}  // namespace xdpbench::record
