#include "net/ip_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/child.h"
#include "base/number.h"
#include "base/text.h"

namespace xdpbench::net {
namespace {

// A type of devices as `ip link` calls it, and where the kernel has it.
struct Driver {
    std::string_view type;
    std::string_view module;
    std::string_view option;
};
constexpr std::array<Driver, 3> kDrivers{{{"veth", "veth", "CONFIG_VETH"},
                                          {"vlan", "8021q", "CONFIG_VLAN_8021Q"},
                                          {"bridge", "bridge", "CONFIG_BRIDGE"}}};

// The command that failed: "Command failed -:3" has the number of its line. Empty: not told.
std::string failed_command(const std::string& commands, const std::string& printed) {
    constexpr std::string_view kBefore = "Command failed -:";
    const std::size_t place = printed.find(kBefore);
    if (place == std::string::npos) return "";
    const std::string behind = printed.substr(place + kBefore.size());
    const auto number = parse_number<std::size_t>(behind.substr(0, behind.find('\n')));
    const std::vector<std::string> lines = split(commands, '\n');
    return number && *number >= 1 && *number <= lines.size() ? lines[*number - 1] : "";
}

void explain_unknown_type(const std::string& command, Error& error) {
    const std::vector<std::string> words = split(command, ' ');
    const auto word = std::find(words.begin(), words.end(), "type");
    error.kind = ErrorKind::unavailable;
    for (const Driver& driver : kDrivers) {
        if (word == words.end() || word + 1 == words.end() || word[1] != driver.type) continue;
        error.cause = fmt::format("this kernel has no {} driver", driver.module);
        error.advice = fmt::format("load it (modprobe {}) or use a kernel with {}", driver.module,
                                   driver.option);
        return;
    }
    error.cause = fmt::format("this kernel has no driver for it{}{}",
                              command.empty() ? "" : ": ip ", command);
}

}  // namespace

Error ip_batch_error(const std::string& commands, int exit_code, const std::string& printed) {
    Error error{
        ErrorKind::system,
        fmt::format("ip could not build the topology (exit {}): {}", exit_code, trim(printed)),
        {},
        {}};
    if (printed.find("Operation not permitted") != std::string::npos) {
        error.kind = ErrorKind::unavailable;
        error.cause = "CAP_NET_ADMIN is missing";
        error.advice = "run as root (sudo)";
    } else if (printed.find("Unknown device type") != std::string::npos) {
        explain_unknown_type(failed_command(commands, printed), error);
    }
    return error;
}

Result<void> ip_batch(const NetNs& netns, const std::string& commands) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    XDPBENCH_TRY(const ChildOutput ip, run_child({"ip", "-batch", "-"}, commands));
    if (ip.exit_code == 0) return {};
    return ip_batch_error(commands, ip.exit_code, ip.err);
}

}  // namespace xdpbench::net
