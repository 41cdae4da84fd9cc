// Frames sent one by one through a target, to see where each of them ends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "packet/frame.h"
#include "target/target.h"
#include "testbed/instrumented_link.h"
#include "traffic/generator.h"

namespace xdpbench::testbed {

// What became of one frame.
struct FrameOutcome {
    std::optional<model::Action> action;  // as the program counts it
    model::End end = model::End::nowhere;
    std::optional<packet::Frame> frame;  // as it arrived

    [[nodiscard]] std::string text() const;  // "XDP_TX, came back"
};

// The target, set up with `extra` on top, in one mode and a network of its own. The calling thread
// is to stay on one CPU.
class FrameTracer {
  public:
    static Result<std::unique_ptr<FrameTracer>> create(const target::Target& target,
                                                       const packet::Frames& frames,
                                                       model::Mode mode,
                                                       const scenario::Configuration& extra = {});

    // The next frame, once round all of them.
    Result<FrameOutcome> send_next();

  private:
    struct Seen {
        model::End end;
        const traffic::Arrivals* sink;
        std::uint32_t* frames;  // looked at already
    };

    FrameTracer(traffic::Generator generator, net::Network network, bpf::Program program)
        : generator_(std::move(generator)),
          network_(std::move(network)),
          program_(std::move(program)) {}

    // The frame that arrived at an AF_XDP socket since the last time.
    std::optional<packet::Frame> from_sockets();
    std::array<Seen, 3> ends();

    traffic::Generator generator_;
    net::Network network_;
    bpf::Program program_;
    std::optional<InstrumentedLink> link_;
    std::array<std::uint32_t, 3> seen_{};
    std::size_t seen_in_sockets_ = 0;
};

}  // namespace xdpbench::testbed
