#include "check/sent_frames.h"

#include <fmt/format.h>

#include <algorithm>

#include "testbed/card.h"
#include "testbed/settled.h"

namespace xdpbench::check {
namespace {

constexpr traffic::Capture kCapture{4096, 1518 + traffic::kCaptureGrowth};

}  // namespace

Result<std::unique_ptr<SentFrames>> SentFrames::create(const target::LoneProgram& lone) {
    const net::Network& network = *lone.network;
    XDPBENCH_TRY(testbed::InstrumentedLink link,
                 testbed::InstrumentedLink::create(network, 0, &lone.program, lone.program.fd(),
                                                   model::Mode::native, kCapture));
    link.sent_by(net::Sender::packet_socket);
    XDPBENCH_CHECK(testbed::act_as_card(network.tester, network.links.front().tester));
    return std::unique_ptr<SentFrames>(new SentFrames(lone, std::move(link)));
}

Result<void> SentFrames::take_arrived(const traffic::Arrivals& sink, std::uint32_t& seen) {
    XDPBENCH_TRY(packet::Frames arrived, sink.captured(seen));
    seen += static_cast<std::uint32_t>(arrived.size());
    if (!arrived.empty()) frame_ = std::move(arrived.back().bytes);
    if (seen < kCapture.frames) return {};
    return input_error(
        fmt::format("{} frames or more in a check of a program that reads rx "
                    "metadata: they are sent and captured one by one",
                    kCapture.frames));
}

Result<bpf::TestRunOutput> SentFrames::run(std::span<const std::uint8_t> frame) {
    frame_.assign(frame.begin(), frame.end());
    generator_ = traffic::SocketGenerator({packet::Frame{frame_, 0}}, std::move(generator_));
    XDPBENCH_TRY(const testbed::LinkCounts before, link_.read());
    XDPBENCH_CHECK(
        generator_.send(lone_->network->tester, lone_->network->links.front().tester.index, 1));
    XDPBENCH_TRY(const testbed::LinkCounts counts, testbed::settled(link_, before, 1));
    if (const std::string missing = testbed::unaccounted(counts, 1); !missing.empty())
        return testbed::unaccounted_error(missing);
    const auto taken =
        std::find_if(counts.actions.begin(), counts.actions.end(), [](auto n) { return n > 0; });
    XDPBENCH_CHECK(take_arrived(link_.tester_sink(), returned_));
    XDPBENCH_CHECK(take_arrived(link_.stack_sink(), passed_));
    if (link_.far_sink() != nullptr) XDPBENCH_CHECK(take_arrived(*link_.far_sink(), forwarded_));
    return bpf::TestRunOutput{
        static_cast<std::uint32_t>(taken - counts.actions.begin()), frame_, {}};
}

}  // namespace xdpbench::check
