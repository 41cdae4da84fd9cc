// One expectation: how a scenario writes it, how it is judged and how it is recorded. A key of
// `expect` is declared once, in a file of its own (expect_*.cpp), and listed in expectations.cpp.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/observation.h"
#include "check/recorded_frames.h"
#include "check/repeated_observation.h"
#include "scenario/reader.h"
#include "target/target.h"

namespace xdpbench::check {

struct PreparedCheck;

// A frame that was run.
struct FrameView {
    const bpf::Program& program;
    const packet::Frame& in;
    std::size_t number;  // in its step
    const FrameResult& result;
};

// The same frame run twice.
struct FrameTwice {
    FrameView now;
    const FrameResult& again;
    const packet::Mask& varying;  // fields of what came out that differed
};

// What is wrong with one frame.
struct FrameFault {
    std::string action;                     // if it is wrong, nothing else is compared
    std::string frame;                      // lines: how what came out differs
    std::optional<packet::Frame> expected;  // the frame as it should be, if one would be right
    std::vector<packet::FieldDifference> differences;  // the same as `frame`, by field
    std::string beside;                                // what is beside the frame

    [[nodiscard]] bool any() const { return !action.empty() || !frame.empty() || !beside.empty(); }
};

// What a recording says beside the scenario.
struct RecordingNotes {
    std::vector<std::string> summary;   // parts of one line
    std::vector<std::string> unsteady;  // what cannot be expected, with the reason
};

// What one scenario expects. Nothing is judged that a class does not override. What update()
// rewrites is what compare() finds wrong: there is one judge.
class Expectation {
  public:
    Expectation() = default;
    Expectation(const Expectation&) = delete;
    Expectation& operator=(const Expectation&) = delete;
    Expectation(Expectation&&) = delete;
    Expectation& operator=(Expectation&&) = delete;
    virtual ~Expectation() = default;

    // Reads the files that it names, for a step with the frames `in`.
    virtual Result<void> load(const scenario::Step&, const packet::Frames& /*in*/,
                              const scenario::Scenario&) {
        return {};
    }

    // Says what has to be observed for it.
    virtual Result<void> ask(Wanted&) const { return {}; }

    // Whether it can be judged of this program, which is not loaded.
    virtual Result<void> validate(const PreparedCheck&, const bpf::Program&) const { return {}; }

    // Of a step: adds what is wrong with one frame.
    virtual Result<void> compare_frame(const FrameView&, FrameFault&) const { return {}; }

    // Of a step or a check, after the last frame: what differs, one line a difference.
    virtual Result<std::vector<std::string>> compare(const Observation&, FrameRange) const {
        return std::vector<std::string>();
    }

    // The same for what more runs must show. Asked only if all else holds.
    virtual Result<std::vector<std::string>> prove(const PreparedCheck&) const {
        return std::vector<std::string>();
    }

    // Whether a frame of which this holds leaves nothing to compare.
    [[nodiscard]] virtual bool frame_is_gone() const { return false; }

    // Of a step of which not all frames are as expected: `expect` for this frame alone, which is
    // then joined with neighbours of which the same is expected; settle() completes that.
    virtual Result<void> update_frame(const FrameTwice&, scenario::YamlNode& /*expect*/) const {
        return {};
    }
    virtual void settle(const std::vector<FrameTwice>&, scenario::YamlNode& /*expect*/,
                        RecordedFrames&) const {}

    // Of a step or a check: rewrites in `expect` what compare() finds wrong of these frames.
    virtual Result<void> update(const RepeatedObservation&, FrameRange,
                                scenario::YamlNode& /*expect*/, RecordingNotes&) const {
        return {};
    }
};

using Expectations = std::vector<std::unique_ptr<Expectation>>;

// Where a key of `expect` may stand.
enum class Scope { step, check, both };

// A declaration.
struct ExpectationKind {
    std::vector<std::string> keys;  // of `expect`; one of them is enough
    Scope scope = Scope::step;
    bool required = false;
    // Of a step: it says what comes out. An author who chose one of these did not choose the rest.
    bool of_output = false;
    // Members of JSON Schema objects: "key": { ... }.
    std::string_view properties;
    std::string_view dependencies;

    // `expect` has one of the keys.
    Result<std::unique_ptr<Expectation>> (*read)(const scenario::Record& expect) = nullptr;

    // What `record` begins with, where (`recorded_in`): it expects nothing, and updating it writes
    // all that can be expected. None: it is not recorded.
    std::unique_ptr<Expectation> (*blank)() = nullptr;
    Scope recorded_in = Scope::step;
};

}  // namespace xdpbench::check
