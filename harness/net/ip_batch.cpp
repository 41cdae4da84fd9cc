#include "net/ip_batch.h"

#include <fmt/format.h>

#include "base/child.h"
#include "base/text.h"

namespace xdpbench::net {

Result<void> ip_batch(const NetNs& netns, const std::string& commands) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const ChildOutput ip, run_child({"ip", "-batch", "-"}, commands));
    if (ip.exit_code == 0) return {};
    Error error{
        ErrorKind::system,
        fmt::format("ip could not build the topology (exit {}): {}", ip.exit_code, trim(ip.err)),
        {},
        {}};
    if (ip.err.find("Operation not permitted") != std::string::npos) {
        error.kind = ErrorKind::unavailable;
        error.cause = "CAP_NET_ADMIN is missing";
        error.advice = "run as root (sudo)";
    } else if (ip.err.find("Unknown device type") != std::string::npos) {
        error.kind = ErrorKind::unavailable;
        error.cause = "this kernel has no veth driver";
        error.advice = "load it (modprobe veth) or use a kernel with CONFIG_VETH";
    }
    return error;
}

}  // namespace xdpbench::net
