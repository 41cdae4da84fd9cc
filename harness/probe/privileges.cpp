#include "probe/privileges.h"

#include <fmt/format.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/capabilities.h"
#include "base/file.h"
#include "base/text.h"
#include "bpf/cpus.h"
#include "bpf/refusal.h"
#include "net/netns.h"
#include "probe/limits.h"

namespace xdpbench::probe {
namespace {

// Of the calling thread, one bit a capability. By the system call: /proc may be missing, and
// opening a file of it may fail for other reasons.
std::uint64_t effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> halves{};
    if (::syscall(SYS_capget, &header, halves.data()) != 0) return 0;
    return (std::uint64_t{halves[1].effective} << 32U) | halves[0].effective;
}

bool has_bit(std::uint64_t effective, unsigned capability) {
    return ((effective >> capability) & 1U) != 0;
}

}  // namespace

std::vector<Privilege> privileges_of(std::uint64_t effective) {
    // bpf_capable() and perfmon_capable() of the kernel (linux/capability.h) take CAP_SYS_ADMIN,
    // which held everything before 5.8, for either.
    const bool admin = has_bit(effective, CAP_SYS_ADMIN);
    return {
        {kSysAdmin, "anonymous network namespaces", admin},
        {kNetAdmin, "interfaces, loading and attaching XDP programs",
         has_bit(effective, CAP_NET_ADMIN)},
        {kNetRaw, "packet sockets, ping", has_bit(effective, CAP_NET_RAW)},
        {kBpf, "loading programs, maps", admin || has_bit(effective, CAP_BPF)},
        {kPerfmon, "programs that compute with packet pointers, such as all that count bytes",
         admin || has_bit(effective, CAP_PERFMON)},
    };
}

std::vector<Privilege> privileges() { return privileges_of(effective_capabilities()); }

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
        CAP_SYSLOG,        // which functions of the kernel a loaded program calls
        CAP_SYS_RESOURCE,  // the limit of locked memory before 5.11
        CAP_IPC_LOCK,      // the memory of AF_XDP sockets is locked
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
    if (::access("/proc/thread-self/ns/net", F_OK) != 0 && errno == ENOENT)
        return unavailable_error("/proc is not mounted; nothing was created", {},
                                 "mount it: mount -t proc proc /proc");
    XDPBENCH_CHECK(require_held(privileges()));
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
