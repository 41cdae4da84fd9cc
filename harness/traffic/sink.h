// The sink: where frames arrive, they are counted, and the first ones kept
// (bpf/harness/sink.bpf.c).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "bpf/attach.h"
#include "packet/frame.h"
#include "replay.h"
#include "stats/histogram.h"
#include "traffic/arrivals.h"

struct sink;

namespace xdpbench::traffic {

// Where a sink stands.
enum class SinkPlace {
    interface,  // XDP, native: what arrives at an interface. Switches the NAPI of a veth on
    stack,      // tc ingress: what the XDP program on the interface passed into the stack
    socket,     // the same, of an interface that is not ours: nothing can be left there, and the
                // frames go on into the stack
};

// What a program may put in front of a frame or behind it and still be captured whole, bytes.
inline constexpr std::uint32_t kCaptureGrowth = 256;

// How much a sink keeps.
struct Capture {
    std::uint32_t frames = 0;  // the first ones; 0: only count
    std::uint32_t length = 1;  // bytes of each
    bool latencies = false;    // how long all took; they have to be stamped
};

class Sink : public Arrivals {
  public:
    // Stands there until it is destroyed (at the stack before kernel 6.6: as long as the
    // interface). An interface that is not ours is promiscuous meanwhile.
    static Result<Sink> attach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                               SinkPlace place, Capture capture = {});

    // Frames arrived so far, one element a possible CPU.
    Result<std::vector<arrived_counter>> arrived_per_cpu() const;

    using Arrivals::captured;
    Result<std::uint64_t> arrived() const override;
    Result<Latencies> take_latencies() const override;
    // VLAN tags are put back in where the stack had taken them out.
    Result<packet::Frames> captured(std::uint32_t first) const override;

  private:
    struct Close {
        void operator()(sink* skeleton) const;
    };
    Sink(std::unique_ptr<sink, Close> skeleton, Capture capture);
    Result<void> attach_at(const net::NetNs& netns, const net::InterfaceInfo& interface,
                           SinkPlace place);
    Result<void> attach_to_socket(const net::NetNs& netns, const net::InterfaceInfo& interface);

    std::unique_ptr<sink, Close> skeleton_;
    std::optional<bpf::XdpLink> xdp_link_;  // at an interface
    UniqueFd stack_link_;                   // at the stack, where the kernel has links there
    UniqueFd socket_;                       // at an interface that is not ours
    UniqueFd last_socket_;                  // behind socket_, to keep the order there
    Capture capture_;
};

}  // namespace xdpbench::traffic
