#include "testbed/instrumented_link.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "net/port_network.h"
#include "net/remote_port.h"
#include "testbed/derived_actions.h"
#include "testbed/far_end.h"
#include "testbed/program_counters.h"
#include "traffic/placement.h"
#include "traffic/remote_sink.h"

namespace xdpbench::testbed {
namespace {

Error uncounted_error(const net::InterfaceInfo& device) {
    return unavailable_error(
        fmt::format("what becomes of the frames on {} cannot be counted", device.name),
        "the program has no map " XDP_COUNTERS_MAP
        ", and a real interface has no counters that mean the same with every driver",
        "include xdp_counters.h (bpf/include) and return count(ctx, action)");
}

// Frames leave through it and come back to it.
Result<std::unique_ptr<traffic::Arrivals>> sink_at_tester(const net::Network& network,
                                                          const net::Link& link,
                                                          traffic::Capture capture) {
    if (!network.tester_is_here()) {
        XDPBENCH_TRY(traffic::RemoteSink sink,
                     traffic::RemoteSink::attach(network.remote, link.tester.name,
                                                 traffic::SinkPlace::interface, capture));
        return std::make_unique<traffic::RemoteSink>(std::move(sink));
    }
    Result<traffic::Sink> sink =
        traffic::Sink::attach(network.tester, link.tester, traffic::SinkPlace::interface, capture);
    if (sink) return std::make_unique<traffic::Sink>(std::move(*sink));
    if (link.tester.traits.ours) return sink.error();
    return sink.error().in(
        fmt::format("{} cannot be the peer: frames are sent and counted there by native XDP",
                    link.tester.name));
}

}  // namespace

InstrumentedLink::InstrumentedLink(const net::Network& network, const net::Link& link,
                                   std::vector<const bpf::Program*> programs, model::Mode mode,
                                   bool counts, std::unique_ptr<traffic::Arrivals> tester_sink,
                                   traffic::Sink stack_sink, bpf::XdpLink xdp_link)
    : network_(&network),
      link_(&link),
      programs_(std::move(programs)),
      mode_(mode),
      counts_(counts),
      sender_(net::sender_of(link.tester.longest_frame())),
      tester_sink_(std::move(tester_sink)),
      stack_sink_(std::move(stack_sink)),
      xdp_link_(std::move(xdp_link)) {}

Result<InstrumentedLink> InstrumentedLink::create(const net::Network& network, std::size_t index,
                                                  const bpf::Program* own_program, int program_fd,
                                                  model::Mode mode, traffic::Capture capture,
                                                  model::XskMode xsk) {
    const net::Link& link = network.links.at(index);
    bool counts = false;
    if (own_program != nullptr) {
        XDPBENCH_TRY(counts, counts_itself(*own_program, link.dut));
    }
    if (!counts && !link.dut.traits.counts_every_frame) return uncounted_error(link.dut);
    XDPBENCH_TRY(std::unique_ptr<traffic::Arrivals> tester_sink,
                 sink_at_tester(network, link, capture));
    const traffic::SinkPlace stack =
        link.dut.traits.ours ? traffic::SinkPlace::stack : traffic::SinkPlace::socket;
    XDPBENCH_TRY(traffic::Sink stack_sink,
                 traffic::Sink::attach(network.dut, link.dut, stack, capture));
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(network.dut, link.dut, program_fd, mode));
    std::unique_ptr<xsk::Sockets> sockets;
    if (own_program != nullptr) {
        XDPBENCH_TRY(sockets,
                     xsk::sockets_for(*own_program, network.dut, link.dut, xsk, capture.frames));
    }
    net::CarrierWait carrier_wait{0};
    // Now that both ends have a program: a veth declares it only then.
    if (!link.tester.traits.ours)
        XDPBENCH_CHECK(
            net::require_tester_sends(network, link, "give a port of another driver as --peer"));
    if (link.dut.traits.drops_carrier) {
        XDPBENCH_TRY(const net::CarrierWait dut, net::await_carrier(network.dut, link.dut));
        carrier_wait += dut;
    }
    if (link.tester.traits.drops_carrier) {
        XDPBENCH_TRY(const net::CarrierWait peer, net::await_tester_carrier(network, link));
        carrier_wait += peer;
    }
    std::vector<const bpf::Program*> programs;
    if (own_program != nullptr) programs.push_back(own_program);
    InstrumentedLink equipped(network, link, std::move(programs), mode, counts,
                              std::move(tester_sink), std::move(stack_sink), std::move(xdp_link));
    equipped.carrier_wait_ = carrier_wait;
    equipped.sockets_ = std::move(sockets);
    equipped.xsk_ = xsk;
    equipped.keep_ = capture.frames;
    if (link.far) XDPBENCH_CHECK(equipped.equip_far_end(own_program, capture));
    return equipped;
}

Result<void> InstrumentedLink::equip_far_end(const bpf::Program* own_program,
                                             traffic::Capture capture) {
    const net::FarEnd& far = *link_->far;
    if (far.readable) {
        XDPBENCH_TRY(traffic::Sink sink, sink_at_far_end(*network_, far, capture));
        far_sink_.emplace(std::move(sink));
    }
    if (far.out.traits.ours) return {};
    if (mode_ == model::Mode::native && own_program != nullptr) {
        XDPBENCH_TRY(out_link_, open_way_out(*network_, far.out, *own_program));
        XDPBENCH_CHECK(net::require_sends_redirected(
            network_->dut, far.out, "give a port of another driver as --out, or --mode generic"));
    }
    if (!far.out.traits.drops_carrier) return {};
    XDPBENCH_TRY(const net::CarrierWait out, net::await_carrier(network_->dut, far.out));
    carrier_wait_ += out;
    if (!far.readable) return {};
    XDPBENCH_TRY(const net::CarrierWait sink, net::await_carrier(*network_->sink, far.sink));
    carrier_wait_ += sink;
    return {};
}

Result<void> InstrumentedLink::watch_tracepoints(bool redirects) {
    watch_redirects_ = redirects;
    for (const bpf::Program* const program : programs_)
        XDPBENCH_CHECK(watch_tracepoints_of(*program));
    return {};
}

Result<void> InstrumentedLink::watch_tracepoints_of(const bpf::Program& program) {
    XDPBENCH_TRY(TracepointCounts watched,
                 TracepointCounts::watch(program, mode_, watch_redirects_));
    tracepoints_.push_back(std::move(watched));
    return {};
}

Result<void> InstrumentedLink::open_sockets(const bpf::Program& program) {
    if (sockets_) return sockets_->put_into(program);
    XDPBENCH_TRY(sockets_, xsk::sockets_for(program, network_->dut, link_->dut, xsk_, keep_));
    return {};
}

Result<void> InstrumentedLink::receive_beside(const std::vector<int>& busy) {
    if (!sockets_) return {};
    std::vector<int> cpus = traffic::allowed_cpus();
    const int last = cpus.empty() ? 0 : cpus.back();
    std::erase_if(
        cpus, [&busy](int cpu) { return std::find(busy.begin(), busy.end(), cpu) != busy.end(); });
    return sockets_->receive_on(cpus.empty() ? last : cpus.back());
}

Result<void> InstrumentedLink::replace(const bpf::Program& program) {
    const bool known = std::find(programs_.begin(), programs_.end(), &program) != programs_.end();
    if (!known && !tracepoints_.empty()) XDPBENCH_CHECK(watch_tracepoints_of(program));
    if (!known) XDPBENCH_CHECK(open_sockets(program));
    XDPBENCH_CHECK(xdp_link_.replace(program.fd()));
    if (known) return {};
    XDPBENCH_TRY(const bool counts, counts_itself(program, link_->dut));
    counts_ = counts_ && counts;
    programs_.push_back(&program);
    return {};
}

Result<void> InstrumentedLink::start_over(const bpf::Program& program) {
    XDPBENCH_CHECK(open_sockets(program));
    XDPBENCH_CHECK(xdp_link_.replace(program.fd()));
    XDPBENCH_TRY(counts_, counts_itself(program, link_->dut));
    programs_ = {&program};
    return {};
}

std::string InstrumentedLink::counted_by() const {
    switch (source()) {
        case ActionSource::program:
            return "the program's map " XDP_COUNTERS_MAP;
        case ActionSource::driver:
            return "the driver's XDP counters";
        case ActionSource::arrivals:
            return "where the frames arrive";
    }
    return {};
}

ActionSource InstrumentedLink::source() const {
    if (counts_) return ActionSource::program;
    return mode_ == model::Mode::native ? ActionSource::driver : ActionSource::arrivals;
}

Result<LinkCounts> InstrumentedLink::read() const {
    LinkCounts counts;
    if (!link_->dut.traits.counts_every_frame) {
        // Every driver counts under names of its own, some a second late: only the program's
        // counters and the ends are heard.
        XDPBENCH_CHECK(read_ends(counts));
        XDPBENCH_CHECK(read_actions(counts, {}));
        for (const TracepointCounts& watched : tracepoints_) XDPBENCH_CHECK(watched.add_to(counts));
        counts.aborted.reset();  // a driver may not trace it
        counts.redirected.reset();
        XDPBENCH_CHECK(read_sockets(counts));
        counts.handled_by_device = counts.handled();
        return counts;
    }
    XDPBENCH_TRY(const DriverCounters dut, net::driver_counters(network_->dut, link_->dut.name));
    // veth counts what its NAPI takes in under this name whether a native program is there or not.
    counts.handled_by_device = over_queues(dut, kRx, "xdp_packets");
    XDPBENCH_CHECK(read_ends(counts));
    XDPBENCH_CHECK(read_losses(counts, dut));
    XDPBENCH_CHECK(read_actions(counts, dut));
    return counts;
}

Result<void> InstrumentedLink::read_ends(LinkCounts& counts) const {
    XDPBENCH_TRY(counts.received, tester_sink_->arrived());
    XDPBENCH_TRY(const std::vector<arrived_counter> passed, stack_sink_.arrived_per_cpu());
    for (const arrived_counter& cpu : passed) {
        counts.passed_cpus.push_back(cpu.packets);
        counts.passed += cpu.packets;
    }
    if (far_sink_) {
        XDPBENCH_TRY(counts.forwarded, far_sink_->arrived());
    } else if (link_->far) {
        XDPBENCH_TRY(const net::InterfaceCounters out,
                     net::interface_counters(network_->dut, link_->far->out.name));
        counts.forwarded = out.tx_packets;
    }
    return {};
}

// Frames that found the ring before the program full. Those of a packet socket are on no XDP
// counter (veth_xmit); live frames are on both.
Result<std::uint64_t> InstrumentedLink::not_taken_in(const DriverCounters& tester) const {
    if (sender_ == net::Sender::live_frames) return over_queues(tester, kTx, "xdp_xmit_errors");
    XDPBENCH_TRY(const net::InterfaceCounters dropped,
                 net::interface_counters(network_->tester, link_->tester.name));
    return dropped.tx_dropped;
}

Result<void> InstrumentedLink::read_sockets(LinkCounts& counts) const {
    if (!sockets_) return {};
    XDPBENCH_TRY(const xsk::Received received, sockets_->received());
    counts.sockets = received.tally;
    model::Losses& losses = counts.losses;
    losses["xsk_fill_ring_empty"] = received.drops.fill_ring_empty;
    losses["xsk_rx_ring_full"] = received.drops.rx_ring_full;
    losses["xsk_too_long"] = received.drops.others;
    // The tracepoint tells of these too.
    std::uint64_t& failed = losses["redirect_errors"];
    failed -= std::min(failed, received.drops.sum());
    return {};
}

Result<void> InstrumentedLink::read_losses(LinkCounts& counts, const DriverCounters& driver) const {
    XDPBENCH_TRY(const DriverCounters tester,
                 net::driver_counters(network_->tester, link_->tester.name));
    model::Losses& losses = counts.losses;
    XDPBENCH_TRY(losses["generator_xmit_errors"], not_taken_in(tester));
    losses["dut_rx_drops"] = over_queues(driver, kRx, "drops");
    losses["dut_tx_errors"] = over_queues(driver, kRx, "xdp_tx_errors");
    losses["tester_rx_drops"] = over_queues(tester, kRx, "drops");
    if (link_->far) {
        XDPBENCH_TRY(const DriverCounters out,
                     net::driver_counters(network_->dut, link_->far->out.name));
        XDPBENCH_TRY(const DriverCounters sink,
                     net::driver_counters(*network_->sink, link_->far->sink.name));
        losses["out_xmit_errors"] = over_queues(out, kTx, "xdp_xmit_errors");
        losses["sink_rx_drops"] = over_queues(sink, kRx, "drops");
    }
    for (const TracepointCounts& watched : tracepoints_) XDPBENCH_CHECK(watched.add_to(counts));
    XDPBENCH_CHECK(read_sockets(counts));
    if (mode_ != model::Mode::generic) {
        // The driver counts a failed redirect as a frame that it dropped (veth_xdp_rcv_one()).
        std::uint64_t& dropped = losses["dut_rx_drops"];
        dropped -= std::min(dropped, loss(losses, "redirect_errors") + lost_to_sockets(losses));
        return {};
    }
    // What a generic program sends leaves through the device's ordinary transmit path.
    XDPBENCH_TRY(const net::InterfaceCounters dut,
                 net::interface_counters(network_->dut, link_->dut.name));
    losses["dut_tx_errors"] += dut.tx_dropped + dut.tx_errors;
    if (link_->far) {
        XDPBENCH_TRY(const net::InterfaceCounters out,
                     net::interface_counters(network_->dut, link_->far->out.name));
        losses["out_xmit_errors"] += out.tx_dropped + out.tx_errors;
    }
    return {};
}

Result<void> InstrumentedLink::read_actions(LinkCounts& counts,
                                            const DriverCounters& driver) const {
    if (counts_) {
        for (const bpf::Program* const program : programs_)
            XDPBENCH_CHECK(add_counters(*program, counts));
        return {};
    }
    if (mode_ == model::Mode::native) {
        derive_native_actions(driver, counts);
    } else {
        derive_generic_actions(expected_, counts);
    }
    if (expected_) attribute_all(source(), *expected_, counts);
    return {};
}

}  // namespace xdpbench::testbed
