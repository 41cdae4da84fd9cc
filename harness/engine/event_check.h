// The events that a check expects of a program, judged as they come.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "kernel/events.h"
#include "kernel/program.h"
#include "scenario/scenario.h"

namespace xdpbench {

// The types of records that a scenario names, by map.
[[nodiscard]] EventTypes types_of(const std::vector<EventExpectation>& expected);

// Whether the expectations can be judged: the maps are event maps, records are typed and fit, what
// a map lost is known to somebody. Needs no loaded program.
Result<void> validate_events(const Program& program, const std::vector<EventExpectation>& expected);

// Reads the events of a loaded program. What it refers to must outlive it.
class EventJudge {
  public:
    // Without expectations nothing is read.
    static Result<EventJudge> open(const Program& program,
                                   const std::vector<EventExpectation>& expected);

    // Judges what came since the last call. After every frame, so that records of several CPUs stay
    // in the order of the frames and no buffer overflows that one frame does not fill.
    Result<void> read();

    // What differs, one line a difference; after the last frame.
    Result<std::vector<std::string>> differences() const;

  private:
    EventJudge() = default;
    Result<void> judge(const Event& event);

    const std::vector<EventExpectation>* expected_ = nullptr;
    std::unique_ptr<Events> events_;
    std::map<std::string, std::uint64_t> counts_;  // records by map
    std::vector<std::string> lines_;
};

}  // namespace xdpbench
