#include "target/traffic_source.h"

#include <gtest/gtest.h>

namespace xdpbench::target {
namespace {

scenario::FrameRef missing_capture(const std::string& scenario_file) {
    scenario::FrameRef frames;
    frames.pcap = "nosuch.pcap";
    frames.text = "nosuch.pcap";
    frames.where.file = scenario_file;
    frames.where.line = 7;
    frames.where.column = 23;
    return frames;
}

TEST(TrafficSource, AMissingCaptureIsNamedWithItsPlaceInTheScenario) {
    const scenario::FrameRef frames = missing_capture("mine.yaml");
    const auto loaded = load_frames(frames, {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().what, "mine.yaml:7:23: there is no file nosuch.pcap");
    const auto stream = FrameStream::open(frames, {});
    ASSERT_FALSE(stream);
    EXPECT_EQ(stream.error().what, "mine.yaml:7:23: there is no file nosuch.pcap");
}

TEST(TrafficSource, OneOfTheCommandLineHasNoPlace) {
    const auto loaded = load_frames(missing_capture(""), {});
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().what, "there is no file nosuch.pcap");
}

}  // namespace
}  // namespace xdpbench::target
