#include "testbed/far_end.h"

#include <utility>

#include "testbed/empty_program.h"

namespace xdpbench::testbed {

Result<traffic::Sink> sink_at_far_end(const net::Network& network, const net::FarEnd& far,
                                      traffic::Capture capture) {
    Result<traffic::Sink> sink =
        traffic::Sink::attach(*network.sink, far.sink, traffic::SinkPlace::interface, capture);
    if (sink || far.sink.traits.ours) return sink;
    return traffic::Sink::attach(*network.sink, far.sink, traffic::SinkPlace::socket, capture);
}

Result<std::optional<bpf::XdpLink>> open_way_out(const net::Network& network,
                                                 const net::InterfaceInfo& out,
                                                 const bpf::Program& beside) {
    XDPBENCH_TRY(const EmptyProgram pass,
                 EmptyProgram::load(model::Action::pass, beside, network, 0, 0));
    Result<bpf::XdpLink> link =
        bpf::XdpLink::attach(network.dut, out, pass.fd(), model::Mode::native);
    if (!link) return std::optional<bpf::XdpLink>();
    return std::optional(std::move(*link));
}

}  // namespace xdpbench::testbed
