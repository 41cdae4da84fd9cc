#include "testbed/lan.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <thread>

#include "empty.skel.h"
#include "net/ip_batch.h"

namespace xdpbench::testbed {
namespace {

constexpr const char* kBridge =
    "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
    "link set br0 up\n";
constexpr const char* kHostInterface = "lan0";

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

// Until the bridge forwards at the port, which it does as soon as a worker of the kernel's has seen
// that the cable is up (net/core/link_watch.c): what is sent before is lost.
Result<void> await_cable(const net::NetNs& bridge, const std::string& port) {
    constexpr auto kCablePatience = std::chrono::seconds(5);
    ifreq request = {};
    port.copy(request.ifr_name, sizeof(request.ifr_name) - 1);
    const auto end = std::chrono::steady_clock::now() + kCablePatience;
    while (std::chrono::steady_clock::now() < end) {
        if (::ioctl(bridge.control_socket(), SIOCGIFFLAGS, &request) != 0)
            return system_error(fmt::format("cannot ask for the state of {}", port), errno);
        if ((request.ifr_flags & IFF_RUNNING) != 0) return {};
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return Error{ErrorKind::system,
                 fmt::format("the bridge did not see the cable of {} within {} s", port,
                             kCablePatience.count()),
                 {},
                 {}};
}

Result<LanHost> add_host(const net::NetNs& bridge, std::size_t number,
                         const scenario::LanAddress& address, int passing_program) {
    XDPBENCH_TRY(net::NetNs netns, net::NetNs::create());
    XDPBENCH_CHECK(net::silence_ipv6(netns));
    const std::string port = fmt::format("port{}", number);
    XDPBENCH_CHECK(
        net::ip_batch(bridge, fmt::format("link add {0} type veth peer name {1} address {2} "
                                          "netns {3}\n"
                                          "link set {0} master br0 up\n",
                                          port, kHostInterface, address.mac, netns.path())));
    XDPBENCH_CHECK(net::ip_batch(netns, fmt::format("link set lo up\n"
                                                    "address add {}/24 dev {}\n"
                                                    "link set {} up\n",
                                                    address.ip, kHostInterface, kHostInterface)));
    XDPBENCH_CHECK(net::set_tx_checksum(netns, kHostInterface, false));
    XDPBENCH_TRY(net::InterfaceInfo interface, net::query_interface(netns, kHostInterface));
    XDPBENCH_TRY(net::InterfaceInfo bridge_port, net::query_interface(bridge, port));
    interface.made_by_us = bridge_port.made_by_us = true;
    // The worker holds the lock that attaching takes: behind that, it is done.
    XDPBENCH_CHECK(await_cable(bridge, port));
    XDPBENCH_TRY(bpf::XdpLink xdp_link,
                 bpf::XdpLink::attach(bridge, bridge_port, passing_program, model::Mode::native));
    return LanHost{std::move(netns), std::move(interface), std::move(xdp_link)};
}

}  // namespace

Result<LanTopology> LanTopology::create(const std::vector<scenario::LanAddress>& addresses) {
    XDPBENCH_TRY(net::NetNs bridge, net::NetNs::create());
    XDPBENCH_CHECK(net::silence_ipv6(bridge));
    XDPBENCH_CHECK(net::ip_batch(bridge, kBridge));
    XDPBENCH_TRY(const PassingProgram passing, load_passing_program());
    LanTopology lan{std::move(bridge), {}};
    for (const scenario::LanAddress& address : addresses) {
        XDPBENCH_TRY(LanHost host, add_host(lan.bridge, lan.hosts.size(), address,
                                            ::bpf_program__fd(passing->progs.empty)));
        lan.hosts.push_back(std::move(host));
    }
    return lan;
}

}  // namespace xdpbench::testbed
