// What this process may do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace xdpbench::probe {

inline constexpr const char* kSysAdmin = "CAP_SYS_ADMIN";
inline constexpr const char* kNetAdmin = "CAP_NET_ADMIN";
inline constexpr const char* kNetRaw = "CAP_NET_RAW";
inline constexpr const char* kBpf = "CAP_BPF";
inline constexpr const char* kPerfmon = "CAP_PERFMON";

inline constexpr const char* kRunWithSudo =
    "run with sudo (in a container: docker run --privileged)";

struct Privilege {
    std::string name;        // "CAP_NET_ADMIN"
    std::string needed_for;  // "interfaces and attaching XDP"
    bool held = false;
};

// The capabilities that the harness needs, in effect on the calling thread or not.
[[nodiscard]] std::vector<Privilege> privileges();

// Nothing, or one unavailable error that names exactly what is missing and what for; also where the
// capabilities are held in a container's user namespace only. Called before anything is created.
Result<void> require_privileges();

// Gives up, for good, all capabilities that no command needs. Called first of all, before anything
// that a user wrote is read. Without a capability it does nothing.
Result<void> drop_other_privileges();

// A root of a user namespace of its own may leave the machine's first network namespace, but not
// come back: whether it may is asked before it leaves. Entering where one is already changes
// nothing.
Result<void> require_way_back();

// The pure parts of privileges() and require_privileges(). `effective`: one bit a capability
// (linux/capability.h).
[[nodiscard]] std::vector<Privilege> privileges_of(std::uint64_t effective);
Result<void> require_held(const std::vector<Privilege>& privileges);

}  // namespace xdpbench::probe
