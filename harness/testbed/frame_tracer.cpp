#include "testbed/frame_tracer.h"

#include <fmt/format.h>
#include <linux/bpf.h>

#include "target/network_setup.h"
#include "testbed/settled.h"
#include "traffic/frame_map.h"

namespace xdpbench::testbed {
std::string FrameOutcome::text() const {
    return action ? fmt::format("{}, {}", model::action_name(*action), end_text(end))
                  : end_text(end);
}

Result<std::unique_ptr<FrameTracer>> FrameTracer::create(const target::Target& target,
                                                         const packet::Frames& frames,
                                                         model::Mode mode,
                                                         const scenario::Configuration& extra) {
    const auto longest = static_cast<std::uint32_t>(traffic::longest_of(frames));
    XDPBENCH_TRY(traffic::Generator generator, traffic::Generator::create(frames));
    XDPBENCH_TRY(net::Network network, target::make_network(target, 1, longest));
    XDPBENCH_TRY(bpf::Program program, target::load_program(target, network, extra));
    std::unique_ptr<FrameTracer> tracer(
        new FrameTracer(std::move(generator), std::move(network), std::move(program)));
    const traffic::Capture capture{static_cast<std::uint32_t>(frames.size()),
                                   longest + traffic::kCaptureGrowth};
    XDPBENCH_TRY(InstrumentedLink link,
                 InstrumentedLink::create(tracer->network_, 0, &tracer->program_,
                                          tracer->program_.fd(), mode, capture, target.xsk));
    XDPBENCH_CHECK(link.watch_tracepoints(true));
    tracer->link_.emplace(std::move(link));
    return tracer;
}

Result<FrameOutcome> FrameTracer::send_next() {
    XDPBENCH_TRY(const LinkCounts before, link_->read());
    XDPBENCH_CHECK(generator_.send(network_.tester, link_->tester().index, 1));
    XDPBENCH_TRY(const LinkCounts counts, settled(*link_, before, 1));
    FrameOutcome frame_outcome;
    const bool redirects_known = counts.redirected || link_->counted_by_driver();
    for (std::size_t i = 0; i < counts.actions.size(); ++i) {
        const bool known = link_->counted_by_program() || (i == XDP_ABORTED && counts.aborted) ||
                           (i == XDP_REDIRECT && redirects_known);
        if (known && counts.actions[i] != 0) frame_outcome.action = static_cast<model::Action>(i);
    }
    for (const Seen& seen : ends()) {
        if (seen.sink == nullptr) continue;
        XDPBENCH_TRY(packet::Frames arrived, seen.sink->captured(*seen.frames));
        if (arrived.empty()) continue;
        *seen.frames += static_cast<std::uint32_t>(arrived.size());
        frame_outcome.end = seen.end;
        frame_outcome.frame = std::move(arrived.front());
    }
    if (std::optional<packet::Frame> frame = from_sockets()) {
        frame_outcome.end = model::End::sockets;
        frame_outcome.frame = std::move(frame);
    }
    return frame_outcome;
}

std::optional<packet::Frame> FrameTracer::from_sockets() {
    if (link_->sockets() == nullptr) return std::nullopt;
    packet::Frames arrived = link_->sockets()->kept(seen_in_sockets_);
    if (arrived.empty()) return std::nullopt;
    ++seen_in_sockets_;
    return std::move(arrived.front());
}

std::array<FrameTracer::Seen, 3> FrameTracer::ends() {
    return {Seen{model::End::tester, &link_->tester_sink(), &seen_[0]},
            Seen{model::End::stack, &link_->stack_sink(), &seen_[1]},
            Seen{model::End::far, link_->far_sink(), &seen_[2]}};
}

}  // namespace xdpbench::testbed
