#include "bpf/attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/if_link.h>

#include <cerrno>

#include "bpf/bpf_options.h"
#include "bpf/refusal.h"
#include "net/netlink.h"

namespace xdpbench::bpf {
namespace {

std::uint32_t mode_flags(model::Mode mode) {
    switch (mode) {
        case model::Mode::generic:
            return XDP_FLAGS_SKB_MODE;
        case model::Mode::native:
            return XDP_FLAGS_DRV_MODE;
        case model::Mode::offload:
            return XDP_FLAGS_HW_MODE;
    }
    return 0;
}

Result<bpf_prog_info> program_info(int program_fd) {
    bpf_prog_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(program_fd, &info, &size) != 0)
        return system_error("cannot read the kernel's information on a program", errno);
    return info;
}

// Whether it is this program that is attached in this mode. The caller is inside the interface's
// namespace.
Result<void> require_attached(const net::InterfaceInfo& interface, int program_fd,
                              model::Mode mode) {
    XDPBENCH_TRY(const bpf_prog_info wanted, program_info(program_fd));
    std::uint32_t found = 0;
    const int error = ::bpf_xdp_query_id(static_cast<int>(interface.index),
                                         static_cast<int>(mode_flags(mode)), &found);
    if (error != 0)
        return system_error(fmt::format("cannot read back what is attached to {}", interface.name),
                            error);
    if (found == wanted.id) return {};
    return Error{ErrorKind::system,
                 fmt::format("the program was attached to {}, but is not there in {} mode",
                             interface.name, model::mode_name(mode)),
                 {},
                 {}};
}

// With the MTU of now: a refusal may be about it, and it may have been changed since.
net::InterfaceInfo with_mtu_of_now(const net::NetNs& netns, net::InterfaceInfo interface) {
    const Result<net::InterfaceInfo> now = net::query_interface(netns, interface.name);
    if (now) interface.mtu = now->mtu;
    return interface;
}

// Why the kernel refused a link with `number`: by netlink it says more than an errno.
Error link_refusal(const net::NetNs& netns, const net::InterfaceInfo& interface, int program_fd,
                   model::Mode mode, int number) {
    net::NetlinkAnswer refused{number, {}};
    // The very program may be there for good already: asking would take it off.
    if (require_attached(interface, program_fd, mode))
        return attach_refusal(interface, mode, refused);
    const Result<net::NetlinkAnswer> asked =
        net::ask_about_xdp(netns, interface.index, program_fd, mode_flags(mode));
    // The text of another errno would not be about this refusal.
    if (asked && asked->error == number) refused.text = asked->text;
    // Of this the kernel gives no text in generic mode: it does not get as far as the device.
    const Result<bpf_prog_info> info = program_info(program_fd);
    if (info && info->ifindex != 0 && mode != model::Mode::offload && refused.text.empty()) {
        return system_error(
            fmt::format("cannot attach to {} in {} mode", interface.name, model::mode_name(mode)),
            number, "the program was loaded for a device, and runs only there",
            "attach it with --mode offload, or load it without a device");
    }
    Error error = attach_refusal(with_mtu_of_now(netns, interface), mode, refused);
    if (asked && asked->error == 0)
        error.cause = "netlink would attach it: this kernel has no bpf_link for XDP in this mode";
    return error;
}

// A veth needs NAPI to take redirected frames: a native program switches it on, else receive
// offload does. But with a native program receive offload joins the segments of a connection that
// were passed, and holds them back behind other frames: they would no longer arrive as they were
// sent. (Generic programs keep it from doing so: netif_elide_gro of the kernel.)
Result<void> keep_frames_apart(const net::NetNs& netns, const net::InterfaceInfo& interface,
                               model::Mode mode) {
    if (!interface.traits.ours || mode == model::Mode::offload) return {};
    return net::set_gro(netns, interface.name, mode == model::Mode::generic);
}

// Through a bpf_link (kernel 6.6): gone with the descriptor. Not in the headers of libbpf 1.1.
UniqueFd attach_tcx(const net::InterfaceInfo& interface, int program_fd) {
    constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);
    return UniqueFd(
        ::bpf_link_create(program_fd, static_cast<int>(interface.index), kTcxIngress, nullptr));
}

// As a filter of a clsact qdisc; 0 or a negative errno.
int attach_clsact(const net::InterfaceInfo& interface, int program_fd) {
    auto hook = bpf_options<bpf_tc_hook>();
    hook.ifindex = static_cast<int>(interface.index);
    hook.attach_point = BPF_TC_INGRESS;
    auto options = bpf_options<bpf_tc_opts>();
    options.prog_fd = program_fd;
    const int error = ::bpf_tc_hook_create(&hook);
    return error == 0 || error == -EEXIST ? ::bpf_tc_attach(&hook, &options) : error;
}

}  // namespace

Result<XdpLink> XdpLink::attach(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                int program_fd, model::Mode mode) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    auto options = bpf_options<bpf_link_create_opts>();
    options.flags = mode_flags(mode);
    UniqueFd xdp_link(
        ::bpf_link_create(program_fd, static_cast<int>(interface.index), BPF_XDP, &options));
    if (!xdp_link.valid()) return link_refusal(netns, interface, program_fd, mode, errno);
    XDPBENCH_CHECK(require_attached(interface, program_fd, mode));
    XDPBENCH_CHECK(keep_frames_apart(netns, interface, mode));
    return XdpLink(std::move(xdp_link));
}

Result<void> XdpLink::replace(int program_fd) {
    if (::bpf_link_update(xdp_link_.get(), program_fd, nullptr) == 0) return {};
    const int number = errno;
    return system_error("cannot replace the attached program by another", number,
                        number == ENOLINK ? "the device was removed meanwhile" : "");
}

Result<LinkState> XdpLink::state() const {
    bpf_link_info info = {};
    std::uint32_t size = sizeof(info);
    if (::bpf_obj_get_info_by_fd(xdp_link_.get(), &info, &size) != 0)
        return system_error("cannot read the state of the link to the interface", errno);
    return LinkState{info.id, info.prog_id, info.xdp.ifindex != 0};
}

Result<void> attach_for_good(const net::NetNs& netns, const net::InterfaceInfo& interface,
                             int program_fd, model::Mode mode) {
    const std::uint32_t flags = mode_flags(mode);
    XDPBENCH_TRY(const net::NetlinkAnswer answer,
                 net::set_xdp(netns, {interface.index, program_fd,
                                      flags | XDP_FLAGS_UPDATE_IF_NOEXIST, std::nullopt}));
    if (answer.error != 0) return attach_refusal(with_mtu_of_now(netns, interface), mode, answer);
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    Result<void> attached = require_attached(interface, program_fd, mode);
    if (!attached) {
        static_cast<void>(
            net::set_xdp(netns, {interface.index, -1, flags | XDP_FLAGS_REPLACE, program_fd}));
    }
    return attached;
}

Result<UniqueFd> attach_to_ingress(const net::NetNs& netns, const net::InterfaceInfo& interface,
                                   int program_fd) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    UniqueFd xdp_link = attach_tcx(interface, program_fd);
    if (xdp_link.valid()) return xdp_link;
    const int error = attach_clsact(interface, program_fd);
    if (error == 0) return UniqueFd();
    return system_error(
        fmt::format("cannot attach the stack's sink to the tc ingress of {}", interface.name),
        error,
        "this kernel has no clsact qdisc or no cls_bpf (CONFIG_NET_SCH_INGRESS, "
        "CONFIG_NET_CLS_BPF)");
}

}  // namespace xdpbench::bpf
