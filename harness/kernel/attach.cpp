#include "kernel/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include <cerrno>

namespace xdpbench {
namespace {

std::uint32_t mode_flags(Mode mode) {
    switch (mode) {
        case Mode::generic:
            return XDP_FLAGS_SKB_MODE;
        case Mode::native:
            return XDP_FLAGS_DRV_MODE;
        case Mode::offload:
            return XDP_FLAGS_HW_MODE;
    }
    return 0;
}

std::uint8_t attached_as(Mode mode) {
    switch (mode) {
        case Mode::generic:
            return XDP_ATTACHED_SKB;
        case Mode::native:
            return XDP_ATTACHED_DRV;
        case Mode::offload:
            return XDP_ATTACHED_HW;
    }
    return XDP_ATTACHED_NONE;
}

std::string driver_of(const InterfaceInfo& interface) {
    return interface.driver.empty() ? "its driver"
                                    : fmt::format("its driver ({})", interface.driver);
}

Error attach_error(const InterfaceInfo& interface, Mode mode, int number) {
    Error error = system_error(
        fmt::format("cannot attach to {} in {} mode", interface.name, mode_name(mode)), number);
    switch (number < 0 ? -number : number) {
        case EOPNOTSUPP:
        case EINVAL:
            error.kind = ErrorKind::unavailable;
            error.cause = fmt::format("{} has no {} XDP", driver_of(interface), mode_name(mode));
            error.advice = "use another --mode; xdp-bench doctor shows what works here";
            break;
        case ERANGE:
            error.cause = fmt::format("the MTU of {} bytes is too large for {}", interface.mtu,
                                      driver_of(interface));
            error.advice = "lower the MTU, or build the program as SEC(\"xdp.frags\")";
            break;
        case EBUSY:
        case EEXIST:
            error.cause = "another program is attached there";
            error.advice = fmt::format("see it with: ip -d link show {}", interface.name);
            break;
        case EPERM:
            error.kind = ErrorKind::unavailable;
            error.cause = "CAP_NET_ADMIN or CAP_BPF is missing";
            error.advice = "run as root (sudo)";
            break;
        default:
            break;
    }
    return error;
}

// The caller is inside the interface's namespace.
Result<void> require_mode(const InterfaceInfo& interface, Mode mode) {
    LIBBPF_OPTS(bpf_xdp_query_opts, query);
    const int error = ::bpf_xdp_query(static_cast<int>(interface.index), 0, &query);
    if (error != 0)
        return system_error(fmt::format("cannot read back what is attached to {}", interface.name),
                            error);
    if (query.attach_mode == attached_as(mode)) return {};
    return Error{ErrorKind::system,
                 fmt::format("the kernel reports attach mode {} on {}, not {}", query.attach_mode,
                             interface.name, mode_name(mode)),
                 {},
                 {}};
}

}  // namespace

Result<XdpLink> XdpLink::attach(const NetNs& netns, const InterfaceInfo& interface, int program_fd,
                                Mode mode) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = mode_flags(mode));
    UniqueFd link(
        ::bpf_link_create(program_fd, static_cast<int>(interface.index), BPF_XDP, &options));
    if (!link.valid()) return attach_error(interface, mode, errno);
    XDPBENCH_CHECK(require_mode(interface, mode));
    return XdpLink(std::move(link));
}

Result<void> attach_for_good(const NetNs& netns, const InterfaceInfo& interface, int program_fd,
                             Mode mode) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const std::uint32_t flags = mode_flags(mode) | XDP_FLAGS_UPDATE_IF_NOEXIST;
    const int error =
        ::bpf_xdp_attach(static_cast<int>(interface.index), program_fd, flags, nullptr);
    if (error != 0) return attach_error(interface, mode, error);
    return require_mode(interface, mode);
}

Result<void> attach_to_ingress(const NetNs& netns, const InterfaceInfo& interface, int program_fd) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = static_cast<int>(interface.index),
                .attach_point = BPF_TC_INGRESS);
    LIBBPF_OPTS(bpf_tc_opts, options, .prog_fd = program_fd);
    int error = ::bpf_tc_hook_create(&hook);
    if (error == 0 || error == -EEXIST) error = ::bpf_tc_attach(&hook, &options);
    if (error == 0) return {};
    Error failed = system_error(
        fmt::format("cannot attach the stack's sink to the tc ingress of {}", interface.name),
        error);
    failed.cause =
        "this kernel has no clsact qdisc or no cls_bpf (CONFIG_NET_SCH_INGRESS, "
        "CONFIG_NET_CLS_BPF)";
    return failed;
}

}  // namespace xdpbench
