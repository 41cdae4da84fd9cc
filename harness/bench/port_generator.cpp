#include "bench/port_generator.h"

#include "traffic/generator_maximum.h"

namespace xdpbench::bench {
namespace {

// Many short ones: on a busy machine some of them have the CPU for themselves.
constexpr int kAttempts = 12;
constexpr double kAttemptSeconds = 0.03;
// To ask the session and to be answered takes some milliseconds.
constexpr int kRemoteAttempts = 3;
constexpr double kRemoteAttemptSeconds = 0.3;

// Of a peer of another machine nobody here reads the counters.
Result<std::uint64_t> refused_by_peer(const testbed::PortLink& devices) {
    const net::Network& network = devices.network();
    if (!network.tester_is_here()) return std::uint64_t{0};
    return traffic::refused_by_port(network.tester, devices.link().tester().name);
}

}  // namespace

Result<double> measure_generator_maximum(
    testbed::PortLink& devices, const std::function<Result<traffic::Offer>(double)>& send) {
    const bool here = devices.network().tester_is_here();
    const auto attempt = [&]() -> Result<traffic::FlatOut> {
        XDPBENCH_CHECK(devices.begin_dropping());
        XDPBENCH_TRY(const std::uint64_t before, refused_by_peer(devices));
        XDPBENCH_TRY(const traffic::Offer offer,
                     send(here ? kAttemptSeconds : kRemoteAttemptSeconds));
        XDPBENCH_CHECK(devices.finish(offer.frames));
        XDPBENCH_TRY(const std::uint64_t now, refused_by_peer(devices));
        return traffic::FlatOut{offer.frames, now - before, offer.seconds};
    };
    return traffic::find_generator_maximum(here ? kAttempts : kRemoteAttempts, attempt);
}

Result<double> measure_generator_maximum(testbed::PortLink& devices, traffic::FrameSender& sender) {
    const net::InterfaceInfo& peer = devices.link().tester();
    return measure_generator_maximum(devices, [&](double seconds) -> Result<traffic::Offer> {
        if (!devices.network().tester_is_here())
            return static_cast<Result<traffic::Offer>>(
                sender.offer(peer, {traffic::kFlatOut, seconds, 0}));
        return traffic::send_for(seconds, [&](std::uint64_t frames) {
            return sender.send(devices.network(), peer, frames);
        });
    });
}

}  // namespace xdpbench::bench
