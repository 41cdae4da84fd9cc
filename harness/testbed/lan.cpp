#include "testbed/lan.h"

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include <cerrno>
#include <memory>

#include "empty.skel.h"
#include "net/lan_network.h"

namespace xdpbench::testbed {
namespace {

struct Close {
    void operator()(empty* skeleton) const { empty__destroy(skeleton); }
};
using PassingProgram = std::unique_ptr<empty, Close>;

Result<PassingProgram> load_passing_program() {
    PassingProgram skeleton(empty__open());
    if (!skeleton) return system_error("cannot open the program for the bridge's ports", errno);
    skeleton->rodata->action = XDP_PASS;
    if (const int error = empty__load(skeleton.get()); error != 0)
        return system_error("cannot load the program for the bridge's ports", error);
    return skeleton;
}

}  // namespace

Result<Lan> Lan::create(const std::vector<scenario::LanAddress>& addresses) {
    XDPBENCH_TRY(net::Network network, net::make_lan(addresses));
    XDPBENCH_TRY(const PassingProgram passing, load_passing_program());
    Lan lan{std::move(network), {}};
    for (const net::Host& host : lan.network.hosts) {
        XDPBENCH_TRY(
            bpf::XdpLink xdp_link,
            bpf::XdpLink::attach(*lan.network.bridge, host.bridge_port,
                                 ::bpf_program__fd(passing->progs.empty), model::Mode::native));
        lan.bridge_ports.push_back(std::move(xdp_link));
    }
    return lan;
}

}  // namespace xdpbench::testbed
