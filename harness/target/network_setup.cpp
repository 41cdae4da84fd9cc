#include "target/network_setup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <cerrno>

#include "base/unique_fd.h"
#include "net/ip_batch.h"
#include "scenario/diagnostic.h"

namespace xdpbench::target {
namespace {

using Sysctl = std::pair<std::string, std::string>;

// Inside the namespace; false: there is no such file (yet).
Result<bool> write_sysctl(const scenario::NetworkSetup& setup, const Sysctl& sysctl) {
    const std::string path = "/proc/sys/" + sysctl.first;
    const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!file.valid() && errno == ENOENT) return false;
    const auto length = static_cast<ssize_t>(sysctl.second.size());
    if (file.valid() && ::write(file.get(), sysctl.second.data(), sysctl.second.size()) == length)
        return true;
    Error error = system_error(
        fmt::format("{}: cannot write {} to {}", setup.where.text(), sysctl.second, path), errno);
    if (errno == EINVAL) error.kind = ErrorKind::input;
    return error;
}

// Some settings must come before the addresses, those of new devices can only come after.
Result<void> apply(const scenario::NetworkSetup& setup, const net::NetNs& netns) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    std::vector<Sysctl> later;
    for (const Sysctl& sysctl : setup.sysctls) {
        XDPBENCH_TRY(const bool done, write_sysctl(setup, sysctl));
        if (!done) later.push_back(sysctl);
    }
    if (!setup.commands.empty()) {
        const Result<void> made =
            net::ip_batch(netns, fmt::format("{}\n", fmt::join(setup.commands, "\n")));
        if (!made) return made.error().in(setup.where.text() + ": network");
    }
    for (const Sysctl& sysctl : later) {
        XDPBENCH_TRY(const bool done, write_sysctl(setup, sysctl));
        if (!done)
            return scenario::error_at(setup.where,
                                      fmt::format("there is no sysctl {} here", sysctl.first));
    }
    return {};
}

}  // namespace

Result<net::Network> make_network(const Target& target, std::size_t links,
                                  std::size_t longest_frame, std::size_t queues) {
    XDPBENCH_TRY(net::Network network,
                 net::Network::create(links, longest_frame, network_of(target), queues));
    if (target.scenario.network) XDPBENCH_CHECK(apply(*target.scenario.network, network.dut));
    return network;
}

}  // namespace xdpbench::target
