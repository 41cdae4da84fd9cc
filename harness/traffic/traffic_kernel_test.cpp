// Generator, topology and sinks together: what is sent arrives whole, in order and counted.
#include <gtest/gtest.h>
#include <linux/bpf.h>

#include "kernel/attach.h"
#include "kernel/counters.h"
#include "kernel/topology.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"
#include "traffic/sink.h"

namespace xdpbench {
namespace {

Frames numbered_frames(std::size_t count) {
    Frames frames(count);
    for (std::size_t i = 0; i < count; ++i) {
        frames[i].bytes.resize(60 + i % 1455, static_cast<std::uint8_t>(i));
        frames[i].bytes[12] = 0x08;
        frames[i].bytes[13] = 0x00;
        frames[i].bytes[20] = static_cast<std::uint8_t>(i >> 8);
    }
    return frames;
}

Result<Program> load_reference(const std::string& name) {
    XDPBENCH_TRY(Program program, Program::open(std::string(XDP_BENCH_BUILD_DIR) +
                                                "/share/xdp-bench/bpf/" + name + ".bpf.o"));
    XDPBENCH_CHECK(program.load());
    return program;
}

class ReplayTest : public testing::TestWithParam<Mode> {};

TEST_P(ReplayTest, PassedFramesReachTheStackInOrder) {
    const Frames frames = numbered_frames(1000);
    auto topology = PairTopology::create(1, 1514);
    ASSERT_TRUE(topology) << topology.error().text();
    const Lane& lane = topology->lanes[0];
    auto program = load_reference("xdp_pass");
    ASSERT_TRUE(program) << program.error().text();
    auto link = XdpLink::attach(topology->dut, lane.dut, program->fd(), GetParam());
    ASSERT_TRUE(link) << link.error().text();
    auto stack = Sink::attach(topology->dut, lane.dut, SinkPlace::stack, {1100, 1600});
    ASSERT_TRUE(stack) << stack.error().text();
    auto generator = Generator::create(frames);
    ASSERT_TRUE(generator) << generator.error().text();
    auto sent = generator->send(topology->tester, lane.tester.index, frames.size());
    ASSERT_TRUE(sent) << sent.error().text();
    auto captured = stack->captured();
    ASSERT_TRUE(captured) << captured.error().text();
    ASSERT_EQ(captured->size(), frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i)
        ASSERT_EQ((*captured)[i].bytes, frames[i].bytes) << i;
    auto counters = read_counters(*program);
    ASSERT_TRUE(counters);
    ASSERT_TRUE(*counters);
    EXPECT_EQ(sum_cpus(**counters)[XDP_PASS].packets, frames.size());
}

INSTANTIATE_TEST_SUITE_P(Modes, ReplayTest, testing::Values(Mode::generic, Mode::native),
                         [](const auto& instance) {
                             return std::string(mode_name(instance.param));
                         });

}  // namespace
}  // namespace xdpbench
