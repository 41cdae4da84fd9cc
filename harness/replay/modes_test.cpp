// What counts as a disagreement between modes.
#include "replay/modes.h"

#include <gtest/gtest.h>

namespace xdpbench::replay {
namespace {

packet::Frame frame_of(std::uint8_t byte) { return {std::vector<std::uint8_t>(60, byte), 0}; }

Observation observation(model::Mode mode) {
    Observation seen;
    seen.mode = mode;
    seen.actions = model::ActionTally{0, 1, 2, 0, 0};
    seen.passed_count = 2;
    seen.kept = true;
    seen.passed = {frame_of(1), frame_of(2)};
    return seen;
}

TEST(Modes, TheSameIsNoDifference) {
    EXPECT_EQ(
        difference_between(observation(model::Mode::generic), observation(model::Mode::native)),
        "");
}

TEST(Modes, AnotherOrderIsNoDifference) {
    Observation other = observation(model::Mode::native);
    std::swap(other.passed[0], other.passed[1]);
    EXPECT_EQ(difference_between(observation(model::Mode::generic), other), "");
}

TEST(Modes, AVerdictIsToldForBoth) {
    Observation other = observation(model::Mode::native);
    other.actions = model::ActionTally{0, 2, 1, 0, 0};
    other.passed_count = 1;
    other.passed.pop_back();
    const std::string text = difference_between(observation(model::Mode::generic), other);
    EXPECT_NE(text.find("XDP_PASS: generic 2 frames, native 1"), std::string::npos) << text;
    EXPECT_NE(text.find("reached the stack: generic 2 frames, native 1"), std::string::npos);
}

TEST(Modes, ActionsThatOneDoesNotCountAreNotCompared) {
    Observation other = observation(model::Mode::native);
    other.actions.reset();
    EXPECT_EQ(difference_between(observation(model::Mode::generic), other), "");
}

TEST(Modes, FramesWithOtherBytesAreCounted) {
    Observation other = observation(model::Mode::native);
    other.passed[1].bytes[5] = 9;
    const std::string text = difference_between(observation(model::Mode::generic), other);
    EXPECT_EQ(text,
              "reached the stack: in generic mode 1 frame that native mode does not have, "
              "the other way 1\n");
}

}  // namespace
}  // namespace xdpbench::replay
