#include "net/ethtool.h"

#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>

#include <cerrno>

namespace xdpbench::net {

int ethtool(const NetNs& netns, const std::string& port, void* argument) {
    ifreq request = {};
    if (port.empty() || port.size() >= sizeof(request.ifr_name)) return ENODEV;
    port.copy(request.ifr_name, port.size());
    request.ifr_data = static_cast<char*>(argument);
    return ::ioctl(netns.control_socket(), SIOCETHTOOL, &request) == 0 ? 0 : errno;
}

}  // namespace xdpbench::net
