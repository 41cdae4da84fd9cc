#include "net/lan_network.h"

#include <fmt/format.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "net/ip_batch.h"

namespace xdpbench::net {
namespace {

constexpr const char* kBridge =
    "link add br0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0\n"
    "link set br0 up\n";
constexpr const char* kHostInterface = "lan0";

// Until the bridge forwards at the port, which it does as soon as a worker of the kernel's has seen
// that the cable is up (net/core/link_watch.c): what is sent before is lost.
Result<void> await_cable(const NetNs& bridge, const std::string& port) {
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

Result<Host> add_host(const NetNs& bridge, std::size_t number,
                      const scenario::LanAddress& address) {
    XDPBENCH_TRY(NetNs netns, NetNs::create());
    XDPBENCH_CHECK(silence_ipv6(netns));
    const std::string port = fmt::format("port{}", number);
    XDPBENCH_CHECK(ip_batch(bridge, fmt::format("link add {0} type veth peer name {1} address {2} "
                                                "netns {3}\n"
                                                "link set {0} master br0 up\n",
                                                port, kHostInterface, address.mac, netns.path())));
    XDPBENCH_CHECK(ip_batch(netns, fmt::format("link set lo up\n"
                                               "address add {}/24 dev {}\n"
                                               "link set {} up\n",
                                               address.ip, kHostInterface, kHostInterface)));
    XDPBENCH_CHECK(set_tx_checksum(netns, kHostInterface, false));
    XDPBENCH_TRY(InterfaceInfo interface, query_interface(netns, kHostInterface));
    XDPBENCH_TRY(InterfaceInfo bridge_port, query_interface(bridge, port));
    interface.traits = bridge_port.traits = traits_of_our_veth(false);
    // The worker holds the lock that attaching takes: behind that, it is done.
    XDPBENCH_CHECK(await_cable(bridge, port));
    return Host{std::move(netns), std::move(interface), std::move(bridge_port)};
}

const Host& host_named(const std::vector<Host>& hosts,
                       const std::vector<scenario::LanAddress>& addresses, std::string_view name) {
    const auto found =
        std::find_if(addresses.begin(), addresses.end(),
                     [&](const scenario::LanAddress& address) { return address.name == name; });
    return hosts.at(static_cast<std::size_t>(found - addresses.begin()));
}

}  // namespace

Result<Network> make_lan(const std::vector<scenario::LanAddress>& addresses) {
    XDPBENCH_TRY(NetNs bridge, NetNs::create());
    XDPBENCH_CHECK(silence_ipv6(bridge));
    XDPBENCH_CHECK(ip_batch(bridge, kBridge));
    std::vector<Host> hosts;
    for (const scenario::LanAddress& address : addresses) {
        XDPBENCH_TRY(Host host, add_host(bridge, hosts.size(), address));
        hosts.push_back(std::move(host));
    }
    const Host& client = host_named(hosts, addresses, scenario::kLanClient);
    const Host& dut = host_named(hosts, addresses, scenario::kLanDut);
    XDPBENCH_TRY(NetNs tester_netns, client.netns.duplicate());
    XDPBENCH_TRY(NetNs dut_netns, dut.netns.duplicate());
    const Link link{client.interface, dut.interface, std::nullopt};
    return Network{model::NetworkKind::lan,
                   std::move(tester_netns),
                   std::move(dut_netns),
                   {link},
                   std::nullopt,
                   {},
                   std::move(bridge),
                   std::move(hosts)};
}

}  // namespace xdpbench::net
