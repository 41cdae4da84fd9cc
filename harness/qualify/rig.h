// A program on the device, frames from the peer, and ears where they arrive.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "bpf/attach.h"
#include "net/port_network.h"
#include "packet/frame.h"
#include "qualify/context.h"
#include "qualify/program.h"
#include "traffic/arrivals.h"
#include "traffic/peer_socket.h"
#include "traffic/sink.h"

namespace xdpbench::qualify {

// Where frames may arrive.
struct Arrived {
    packet::Frames in_stack;  // of the device
    packet::Frames back;      // at the peer
};

class Rig {
  public:
    static constexpr std::uint64_t kUnknown = 0xffffffff;

    // Attaches `program`, waits for the carrier, and sends frames until the first one is seen by
    // the program: what is counted begins after that. `frames`: how many a case sends in all;
    // `longest`: bytes of the longest that may arrive. An invalid error if no frame reaches the
    // program.
    static Result<Rig> create(Context& context, CaseProgram program, model::Mode mode,
                              std::size_t frames, std::size_t longest);

    // Sends them, a few at a time, and waits until the program has handled all that were sent since
    // create(), or nothing has moved for a while: a second after the last of them.
    Result<void> send(const packet::Frames& frames);

    // What arrived since the last call: frames of this tool only. Waits until nothing comes; only
    // shortly once as many arrived as are `expected`, anywhere.
    Result<Arrived> take(std::uint64_t expected = kUnknown);

    // Frames that arrived at the peer so far, of this tool or not.
    [[nodiscard]] Result<std::uint64_t> came_back() const { return back_->arrived(); }
    // Since create().
    Result<ProgramCounts> counts() const;
    [[nodiscard]] std::uint64_t sent() const { return sent_; }
    // How long the carrier was away after attaching.
    [[nodiscard]] std::chrono::milliseconds carrier_wait() const { return carrier_wait_; }
    [[nodiscard]] CaseProgram& program() { return program_; }
    [[nodiscard]] traffic::PeerSocket& sender() { return sender_; }
    [[nodiscard]] bpf::XdpLink& xdp_link() { return xdp_link_; }

  private:
    Rig(Context& context, CaseProgram program, bpf::XdpLink xdp_link, traffic::Sink stack,
        std::unique_ptr<traffic::Arrivals> back, traffic::PeerSocket sender)
        : context_(&context),
          program_(std::move(program)),
          xdp_link_(std::move(xdp_link)),
          stack_(std::move(stack)),
          back_(std::move(back)),
          sender_(std::move(sender)) {}

    Result<void> await_first_frame();
    Result<void> await_first_back(const packet::Frames& probe);
    Result<void> settle(std::chrono::milliseconds stillness);

    Context* context_;
    CaseProgram program_;
    bpf::XdpLink xdp_link_;
    std::unique_ptr<bpf::XdpLink> peer_link_;
    traffic::Sink stack_;
    std::unique_ptr<traffic::Arrivals> back_;
    traffic::PeerSocket sender_;
    ProgramCounts before_;
    std::uint64_t sent_ = 0;
    std::uint64_t given_up_ = 0;  // of those: frames that the program has not seen in time
    std::uint32_t taken_in_stack_ = 0;
    std::uint32_t taken_back_ = 0;
    std::chrono::milliseconds carrier_wait_{0};
};

// The carrier of device and peer is there again; returns how long it was away.
Result<std::chrono::milliseconds> await_carriers(const Context& context);

}  // namespace xdpbench::qualify
