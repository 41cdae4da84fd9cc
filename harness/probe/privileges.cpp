#include "probe/privileges.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/capabilities.h"
#include "base/file.h"
#include "base/number.h"
#include "base/text.h"
#include "bpf/cpus.h"
#include "bpf/refusal.h"
#include "net/netns.h"
#include "probe/limits.h"

namespace xdpbench::probe {
namespace {

constexpr const char* kStatus = "/proc/thread-self/status";

bool has_bit(std::uint64_t effective, unsigned capability) {
    return ((effective >> capability) & 1U) != 0;
}

}  // namespace

std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status) {
    constexpr std::string_view kKey = "CapEff:";
    constexpr int kHexadecimal = 16;
    for (const std::string& line : split(status, '\n')) {
        if (!line.starts_with(kKey)) continue;
        const std::string_view digits = trim(std::string_view(line).substr(kKey.size()));
        if (const auto effective = parse_number<std::uint64_t>(digits, kHexadecimal))
            return effective;
    }
    return std::nullopt;
}

std::vector<Privilege> privileges_of(std::uint64_t effective) {
    // bpf_capable() and perfmon_capable() of the kernel (linux/capability.h) take CAP_SYS_ADMIN,
    // which held everything before 5.8, for either.
    const bool admin = has_bit(effective, CAP_SYS_ADMIN);
    return {
        {kSysAdmin, "anonymous network namespaces", admin},
        {kNetAdmin, "interfaces, loading and attaching XDP programs",
         has_bit(effective, CAP_NET_ADMIN)},
        {kBpf, "loading programs, maps", admin || has_bit(effective, CAP_BPF)},
        {kPerfmon, "programs that compute with packet pointers, such as all that count bytes",
         admin || has_bit(effective, CAP_PERFMON)},
    };
}

std::vector<Privilege> privileges() {
    return privileges_of(parse_effective_capabilities(read_entry(kStatus)).value_or(0));
}

Result<void> require_held(const std::vector<Privilege>& privileges) {
    std::vector<std::string> missing;
    for (const Privilege& privilege : privileges) {
        if (!privilege.held)
            missing.push_back(fmt::format("{} ({})", privilege.name, privilege.needed_for));
    }
    if (missing.empty()) return {};
    return unavailable_error(
        fmt::format("missing privileges: {}; nothing was created", fmt::join(missing, ", ")), {},
        kRunWithSudo);
}

Result<void> drop_other_privileges() {
    constexpr auto kNeeded = std::to_array<int>({
        CAP_SYS_ADMIN,     // network namespaces, mounts of sysfs and tracefs, BPF before 5.8
        CAP_NET_ADMIN,     // interfaces, attaching
        CAP_NET_RAW,       // packet sockets, ping
        CAP_BPF,           // programs and maps
        CAP_PERFMON,       // programs that compute with pointers, tracepoints
        CAP_SYS_RESOURCE,  // the limit of locked memory before 5.11
        CAP_SYS_NICE,      // the CPU of the kernel's NAPI threads
        CAP_SETUID,        // Scapy's code is run as nobody,
        CAP_SETGID,
        CAP_KILL,          // and killed when its time is up
        CAP_CHOWN,         // results belong to the caller of sudo,
        CAP_FOWNER,        // and keep their mode
        CAP_DAC_OVERRIDE,  // files of the caller of sudo, settings in /sys
    });
    return keep_capabilities(kNeeded);
}

Result<void> require_privileges() {
    const std::optional<std::uint64_t> effective =
        parse_effective_capabilities(read_entry(kStatus));
    if (!effective) {
        return unavailable_error(fmt::format("cannot read this thread's capabilities ({}); "
                                             "nothing was created",
                                             kStatus),
                                 "/proc is not mounted", "mount it: mount -t proc proc /proc");
    }
    XDPBENCH_CHECK(require_held(privileges_of(*effective)));
    XDPBENCH_CHECK(require_descriptors());
    XDPBENCH_CHECK(bpf::possible_cpus());
    return require_way_back();
}

Result<void> require_way_back() {
    XDPBENCH_TRY(const net::NetNs home, net::NetNs::current());
    if (::setns(home.fd(), CLONE_NEWNET) == 0) return {};
    return bpf::refusal_of_privileged("cannot come back from another network namespace", errno);
}

}  // namespace xdpbench::probe
