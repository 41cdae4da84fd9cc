#include "bpf/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <string_view>

#include "base/text.h"

namespace xdpbench::bpf {
namespace {

// What stands in the place of {0} below is the interface's name, of {1} its MTU, of {2} the mode.
struct Meaning {
    std::string_view word;  // of the kernel's text, in lower case
    ErrorKind kind;
    const char* cause;
    const char* advice;
};

constexpr const char* kSeeAttached = "see it with: ip -d link show {0}";
constexpr const char* kLowerMtu =
    "lower the MTU (ip link set {0} mtu 1500; of a veth that of its peer), or build the program as "
    "SEC(\"xdp.frags\") if the driver can do that";

// The texts are those of net/core/dev.c and of the drivers. The first one that is found counts.
constexpr std::array<Meaning, 15> kMeanings{{
    {"device-bound programs in generic", ErrorKind::unavailable,
     "the program reads rx metadata (bpf_xdp_metadata_rx_...), which only a driver can tell",
     "use --mode native"},
    {"non-bound", ErrorKind::system, "the program was not loaded for this device",
     "load it with the device's index (prog_ifindex); xdp-bench --mode offload --dev {0} does"},
    {"different device", ErrorKind::system, "the program was loaded for another device",
     "load it once more, for {0}"},
    {"different dev", ErrorKind::system, "the program was loaded for another device",
     "load it once more, for {0}"},
    {"hw_mode", ErrorKind::system, "the program was loaded for a device, and runs only there",
     "attach it with --mode offload, or load it without a device"},
    {"unset mode is ambiguous", ErrorKind::system, "programs are attached there in several modes",
     "name the mode, or detach them first; see them with: ip -d link show {0}"},
    {"native and generic", ErrorKind::system, "another program is attached there in the other mode",
     kSeeAttached},
    {"can't replace active", ErrorKind::system, "another program is attached there", kSeeAttached},
    {"already", ErrorKind::system, "another program is attached there", kSeeAttached},
    {"upper device", ErrorKind::system, "the bond or team above it has a program",
     "attach there, or take {0} out of it"},
    {"mtu", ErrorKind::system, "the MTU of {1} bytes is too large for XDP on this device",
     kLowerMtu},
    {"jumbo", ErrorKind::system, "the MTU of {1} bytes is too large for XDP on this device",
     kLowerMtu},
    {"frag", ErrorKind::system, "frames in several buffers are not for this program or driver",
     kLowerMtu},
    {"does not support", ErrorKind::unavailable, "its driver has no {2} XDP",
     "use another --mode; xdp-bench doctor --dev {0} shows what works there"},
    {"debugfs", ErrorKind::unavailable, "the device was told to refuse (netdevsim's debugfs)",
     "switch it on there"},
}};

// What an errno means where the kernel gives no text.
Meaning meaning_of(int number) {
    switch (number) {
        case EOPNOTSUPP:
        case EINVAL:
            return {{},
                    ErrorKind::unavailable,
                    "its driver has no {2} XDP",
                    "use another --mode; xdp-bench doctor --dev {0} shows what works there"};
        case ERANGE:
            return {{},
                    ErrorKind::system,
                    "the MTU of {1} bytes is too large for its driver",
                    kLowerMtu};
        case EBUSY:
        case EEXIST:
            return {{}, ErrorKind::system, "another program is attached there", kSeeAttached};
        case ENODEV:
            return {{}, ErrorKind::system, "the device was removed meanwhile", "see: ip link"};
        case ENOMEM:
        case ENOSPC:
            return {{},
                    ErrorKind::unavailable,
                    "the device has no memory or no queue left for XDP",
                    "use fewer queues (ethtool -L {0} combined N)"};
        case EPERM:
            return {{},
                    ErrorKind::unavailable,
                    "CAP_NET_ADMIN or CAP_BPF is missing",
                    "run as root (sudo)"};
        default:
            return {{}, ErrorKind::system, "", ""};
    }
}

Meaning meaning_of(const net::NetlinkAnswer& answer) {
    if (answer.text.empty()) return meaning_of(answer.error);
    std::string text = answer.text;
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    for (const Meaning& meaning : kMeanings) {
        if (text.find(meaning.word) != std::string::npos) return meaning;
    }
    // A text that is not known here says more than a guess from the errno would.
    const bool lacking = answer.error == EOPNOTSUPP || answer.error == EINVAL;
    return {{}, lacking ? ErrorKind::unavailable : meaning_of(answer.error).kind, "", ""};
}

// Whether verification had begun: only then has it something to say about the program.
bool verified(const std::string& log) {
    return log.find("processed ") != std::string::npos &&
           log.find("processed 0 insns") == std::string::npos;
}

// The MTU of our own interface is that of the traffic's longest frame: it cannot be lowered.
void blame_frame_length(const net::InterfaceInfo& interface, Error& error) {
    error.cause = fmt::format(
        "the traffic has frames of {} bytes, and a native program that is not in "
        "SEC(\"xdp.frags\") takes only frames that fit one page",
        thousands(interface.longest_frame()));
    error.advice =
        "build the program as SEC(\"xdp.frags\"); or leave such frames out; or use --mode generic, "
        "in which it gets each frame in one piece";
}

}  // namespace

Error attach_refusal(const net::InterfaceInfo& interface, model::Mode mode,
                     const net::NetlinkAnswer& answer) {
    const std::string device = interface.driver.empty()
                                   ? interface.name
                                   : fmt::format("{} ({})", interface.name, interface.driver);
    Error error =
        system_error(fmt::format("cannot attach to {} in {} mode", device, model::mode_name(mode)),
                     answer.error);
    if (!answer.text.empty()) error.what += fmt::format("; the kernel reports: {}", answer.text);
    const Meaning meaning = meaning_of(answer);
    const auto filled = [&](const char* text) {
        return fmt::format(fmt::runtime(text), interface.name, interface.mtu,
                           model::mode_name(mode));
    };
    error.kind = meaning.kind;
    error.cause = filled(meaning.cause);
    error.advice = filled(meaning.advice);
    if (interface.traits.ours && meaning.advice == kLowerMtu) blame_frame_length(interface, error);
    return error;
}

// "libbpf: map 'NAME': failed to create: ...".
std::string refused_map(const std::string& log) {
    constexpr std::string_view kName = "map '";
    const std::size_t message = log.find("': failed to create");
    if (message == std::string::npos) return {};
    const std::size_t quoted = log.rfind(kName, message);
    if (quoted == std::string::npos) return {};
    const std::size_t name = quoted + kName.size();
    return log.substr(name, message - name);
}

Error offload_refusal(Error error, int number, const std::string& log) {
    error.kind = ErrorKind::unavailable;
    const std::string map = refused_map(log);
    switch (number) {
        case -EOPNOTSUPP:
            error.cause =
                verified(log) ? "the device's own verifier, which runs next to the kernel's, does "
                                "not take it: its message is at the end of the log"
                : map.empty() ? "the device takes no programs: it or its driver has no BPF "
                                "offload, or it is switched off"
                              : fmt::format("the device takes no maps, and so not {}", map);
            break;
        case -ENOMEM:
            if (!map.empty())
                error.cause = fmt::format("map {} has more entries than the device holds", map);
            break;
        case -EINVAL:
            error.cause =
                map.empty()
                    ? "the driver has no BPF offload, or not for all that the program uses"
                    : fmt::format(
                          "the device has no BPF offload, or no map like {} (type, size or flags)",
                          map);
            break;
        case -ENODEV:
            error.cause = "the device is gone";
            break;
        default:
            break;
    }
    error.advice = "use another --mode; xdp-bench doctor --dev shows what the device declares";
    return error;
}

Error refusal_of_privileged(std::string_view operation, int number) {
    Error error = system_error(operation, number);
    error.kind = ErrorKind::unavailable;
    if (number == EPERM || number == -EPERM || number == EACCES || number == -EACCES) {
        error.cause =
            "a container's user namespace or seccomp filter, kernel lockdown or a security module";
        error.advice = "run outside the container, or in one started with docker run --privileged";
    }
    return error;
}

std::string on_one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return std::string(trim(text));
}

std::string answer_line(const Error& error) {
    return on_one_line(error.cause.empty() ? error.what
                                           : fmt::format("{} ({})", error.what, error.cause));
}

}  // namespace xdpbench::bpf
