#include "kernel/attach_modes.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "kernel/attach.h"
#include "kernel/bpf_options.h"
#include "kernel/probe_programs.h"
#include "kernel/refusal.h"

namespace xdpbench {
namespace {

// The program is bound to the device for offload, and to nothing otherwise.
Result<UniqueFd> load_for_mode(const NetNs& netns, const InterfaceInfo& interface, Mode mode) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return load_probe_xdp(XDP_PASS, mode == Mode::offload ? interface.index : 0);
}

struct Attached {
    std::uint32_t mode = XDP_ATTACHED_NONE;  // XDP_ATTACHED_* of linux/if_link.h
    std::uint32_t program = 0;               // id; 0 with XDP_ATTACHED_MULTI
};

Result<Attached> query_attached(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    auto query = bpf_options<bpf_xdp_query_opts>();
    const int error = ::bpf_xdp_query(static_cast<int>(interface.index), 0, &query);
    if (error == 0) return Attached{query.attach_mode, query.prog_id};
    return system_error(fmt::format("cannot read what is attached to {}", interface.name), error);
}

std::string attached_text(const Attached& attached) {
    switch (attached.mode) {
        case XDP_ATTACHED_DRV:
            return fmt::format("program {} in native mode", attached.program);
        case XDP_ATTACHED_SKB:
            return fmt::format("program {} in generic mode", attached.program);
        case XDP_ATTACHED_HW:
            return fmt::format("program {} in offload mode", attached.program);
        default:
            return "programs in several modes";
    }
}

Result<void> require_nothing_attached(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const Attached attached, query_attached(netns, interface));
    if (attached.mode == XDP_ATTACHED_NONE) return {};
    return unavailable_error(
        fmt::format("cannot try the attach modes of {}: XDP is in use there ({})", interface.name,
                    attached_text(attached)),
        {}, fmt::format("detach it first; see it with: ip -d link show {}", interface.name));
}

Result<void> require_as_before(const NetNs& netns, const InterfaceInfo& before) {
    XDPBENCH_TRY(const Attached attached, query_attached(netns, before));
    XDPBENCH_TRY(const InterfaceInfo now, query_interface(netns, before.name));
    std::vector<std::string> changes;
    if (attached.mode != XDP_ATTACHED_NONE)
        changes.push_back(fmt::format("XDP is in use there ({})", attached_text(attached)));
    if (now.mtu != before.mtu)
        changes.push_back(fmt::format("its MTU went from {} to {}", before.mtu, now.mtu));
    if (changes.empty()) return {};
    return Error{ErrorKind::system,
                 fmt::format("{} is not as it was before its attach modes were tried: {}",
                             before.name, fmt::join(changes, "; ")),
                 "its driver does not undo it all, or another process uses the device",
                 fmt::format("see what is attached with: ip -d link show {}", before.name)};
}

}  // namespace

Result<std::string> try_mode(const NetNs& netns, const InterfaceInfo& interface, Mode mode) {
    XDPBENCH_TRY(const UniqueFd program, load_for_mode(netns, interface, mode));
    const Result<XdpLink> link = XdpLink::attach(netns, interface, program.get(), mode);
    if (link) return std::string("attached, read back and detached");
    Error error = link.error();
    error.advice.clear();  // it tells those who run a program to ask here
    return error;
}

Result<std::vector<AttachModeProbe>> probe_device(const NetNs& netns,
                                                  const InterfaceInfo& interface) {
    XDPBENCH_TRY(const InterfaceInfo before, query_interface(netns, interface.name));
    XDPBENCH_CHECK(require_nothing_attached(netns, before));
    std::vector<AttachModeProbe> probes;
    for (const Mode mode : {Mode::generic, Mode::native, Mode::offload}) {
        const Result<std::string> answer = try_mode(netns, before, mode);
        probes.push_back(
            {mode, answer.has_value(), answer ? *answer : answer_line(answer.error())});
    }
    XDPBENCH_CHECK(require_as_before(netns, before));
    return probes;
}

}  // namespace xdpbench
