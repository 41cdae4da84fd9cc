// The events that a check expects of a program, compared when they arrive.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/events.h"
#include "bpf/program.h"
#include "scenario/scenario.h"

namespace xdpbench::check {

// The types of records that the check and its steps name, by map. A map's records have one type.
Result<bpf::EventTypes> types_of(const scenario::Check& check);

// Whether the expectations of the check and its steps can be judged: the maps are event maps,
// records are typed and fit, what a map lost is known to somebody. Needs no loaded program.
Result<void> validate_events(const bpf::Program& program, const scenario::Check& check);

// Reads the events of a loaded program. What it refers to must outlive it.
class EventJudge {
  public:
    // Without expectations nothing is read.
    static Result<EventJudge> open(const bpf::Program& program, const scenario::Check& check);

    // What is read from here to end_step() is judged as the step's too.
    Result<void> begin_step(const scenario::Step& step);

    // Judges what came since the last call. After every frame, so that records of several CPUs stay
    // in the order of the frames and no buffer overflows that one frame does not fill.
    Result<void> read();

    // What differs of the step, and after the last one of the whole check: one line a difference.
    Result<std::vector<std::string>> end_step();
    Result<std::vector<std::string>> differences() const;

  private:
    // Records from some moment on and what is expected of them.
    struct Scope {
        const std::vector<scenario::EventExpectation>* expected = nullptr;
        std::map<std::string, std::uint64_t> counts;  // records by map
        std::map<std::string, std::uint64_t> lost_before;
        std::vector<std::string> lines;
    };

    EventJudge() = default;
    static Result<void> judge(const bpf::Event& event, Scope& scope);
    Result<std::vector<std::string>> differences_of(const Scope& scope) const;
    Result<std::optional<std::uint64_t>> lost(const std::string& map) const;

    std::unique_ptr<bpf::Events> events_;
    Scope check_;
    std::optional<Scope> step_;
};

}  // namespace xdpbench::check
