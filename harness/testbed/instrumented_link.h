// One link of a network with everything on it that counts: the ways out of a program under test
// and the counters that must agree.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/counters.h"
#include "net/network.h"
#include "net/port_network.h"
#include "testbed/accounting.h"
#include "testbed/tracepoint_counts.h"
#include "traffic/sink.h"
#include "xsk/sockets.h"

namespace xdpbench::testbed {

// Sinks on all ends of a link and a program attached to its DUT side.
class InstrumentedLink {
  public:
    // `own_program` reports the per-action counters if it has them; a program without them is
    // counted by the driver (native) or by where its frames arrive (generic). If it has XSKMAPs,
    // AF_XDP sockets are bound to the DUT side, one a queue, in the mode `xsk`, and put into them;
    // those of programs that take its place later are bound in the same mode.
    static Result<InstrumentedLink> create(const net::Network& network, std::size_t index,
                                           const bpf::Program* own_program, int program_fd,
                                           model::Mode mode, traffic::Capture capture,
                                           model::XskMode xsk = model::XskMode::automatic);

    // All frames are known to take `action`, if one is given: what the counters in use do not tell
    // from it is counted as it, and a frame that arrived nowhere is not taken for a dropped one.
    void expect(std::optional<model::Action> action) { expected_ = action; }

    // What sends the frames, where that does not follow from how long frames of this link may be:
    // what the interface does not take in is counted elsewhere.
    void sent_by(net::Sender sender) { sender_ = sender; }

    // From here on failed redirects are losses with a name, and frames without an XDP action are
    // counted as such, where the kernel lets them be counted. With a CPUMAP that takes time: not
    // where ns/packet are measured.
    // `redirects`: also what a generic program redirects, as TracepointCounts::watch() has it.
    Result<void> watch_tracepoints(bool redirects = false);
    // The same of a program that does not count itself, and so is none of the link's own.
    Result<void> watch_tracepoints_of(const bpf::Program& program);

    // From here on `program` handles the frames, and no frame meets neither. What the programs
    // before it counted stays in the accounting.
    Result<void> replace(const bpf::Program& program);
    // As replace, but the accounting begins again with `program`: those before it may be gone. What
    // was read before cannot be compared with what is read afterwards.
    Result<void> start_over(const bpf::Program& program);

    // The same of a program that is none of the link's own. Nothing to do without an XSKMAP.
    Result<void> open_sockets(const bpf::Program& program);
    // From here on a thread receives, on another CPU than those of `busy` if there is one: sockets
    // are emptied while frames arrive. Else they are emptied by read(). Nothing to do without
    // sockets.
    Result<void> receive_beside(const std::vector<int>& busy);
    // nullptr: the program redirects to none.
    [[nodiscard]] xsk::Sockets* sockets() const { return sockets_.get(); }

    Result<LinkCounts> read() const;

    [[nodiscard]] const net::Network& network() const { return *network_; }
    [[nodiscard]] const net::InterfaceInfo& tester() const { return link_->tester; }
    [[nodiscard]] const net::InterfaceInfo& dut() const { return link_->dut; }
    // How long real ports had no carrier after the programs were attached; 0: the link stayed up.
    [[nodiscard]] net::CarrierWait carrier_wait() const { return carrier_wait_; }
    [[nodiscard]] const traffic::Arrivals& tester_sink() const { return *tester_sink_; }
    [[nodiscard]] const traffic::Sink& stack_sink() const { return stack_sink_; }
    [[nodiscard]] const traffic::Sink* far_sink() const {
        return far_sink_ ? &*far_sink_ : nullptr;
    }
    // What is redirected leaves by another interface than the device. Without far_sink() it is
    // counted where it leaves.
    [[nodiscard]] bool has_far_end() const { return link_->far.has_value(); }
    // Whether what was dropped is counted. If not (a generic program without counters), a frame
    // that arrived nowhere may as well still be on its way.
    [[nodiscard]] bool sees_drops() const { return source() != ActionSource::arrivals; }
    // Whether the program counts its actions itself.
    [[nodiscard]] bool counted_by_program() const { return source() == ActionSource::program; }
    // By a driver whose counters tell of every frame.
    [[nodiscard]] bool counted_by_driver() const {
        return source() == ActionSource::driver && link_->dut.traits.counts_every_frame;
    }
    [[nodiscard]] ActionSource source() const;
    // "the program's map xdp_counters" and the like, for the report.
    [[nodiscard]] std::string counted_by() const;

  private:
    InstrumentedLink(const net::Network& network, const net::Link& link,
                     std::vector<const bpf::Program*> programs, model::Mode mode, bool counts,
                     std::unique_ptr<traffic::Arrivals> tester_sink, traffic::Sink stack_sink,
                     bpf::XdpLink xdp_link);
    Result<std::uint64_t> not_taken_in(const std::map<std::string, std::uint64_t>& tester) const;
    Result<void> equip_far_end(const bpf::Program* own_program, traffic::Capture capture);
    Result<void> read_ends(LinkCounts& counts) const;
    // Tells what the rings of AF_XDP sockets dropped from other failed redirects.
    Result<void> read_sockets(LinkCounts& counts) const;
    Result<void> read_losses(LinkCounts& counts,
                             const std::map<std::string, std::uint64_t>& driver) const;
    Result<void> read_actions(LinkCounts& counts,
                              const std::map<std::string, std::uint64_t>& driver) const;

    const net::Network* network_;
    const net::Link* link_;
    std::vector<const bpf::Program*>
        programs_;  // that handled frames; none: not counted by a program
    model::Mode mode_;
    bool counts_;  // they all have the counters' map
    net::Sender sender_;
    model::XskMode xsk_ = model::XskMode::automatic;  // of the sockets of every program
    std::optional<model::Action> expected_;
    std::unique_ptr<traffic::Arrivals> tester_sink_;
    traffic::Sink stack_sink_;
    std::optional<traffic::Sink> far_sink_;  // of a link with a far end that can be read
    std::optional<bpf::XdpLink> out_link_;   // makes a real port send what is redirected to it
    bpf::XdpLink xdp_link_;
    std::unique_ptr<xsk::Sockets> sockets_;  // of a program with XSKMAPs
    std::size_t keep_ = 0;                   // frames that sinks and sockets keep
    net::CarrierWait carrier_wait_{0};
    std::vector<TracepointCounts> tracepoints_;  // of each of programs_, if they are watched
    bool watch_redirects_ = false;
};

}  // namespace xdpbench::testbed
