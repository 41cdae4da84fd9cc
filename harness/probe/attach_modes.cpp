#include "probe/attach_modes.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include "bpf/attach.h"
#include "bpf/bpf_options.h"
#include "bpf/refusal.h"
#include "probe/probe_programs.h"

namespace xdpbench::probe {
namespace {

// The program is bound to the device for offload, and to nothing otherwise.
Result<UniqueFd> load_for_mode(const net::NetNs& netns, const net::InterfaceInfo& interface,
                               model::Mode mode) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    return load_probe_xdp(XDP_PASS, mode == model::Mode::offload ? interface.index : 0);
}

struct Attached {
    std::uint32_t mode = XDP_ATTACHED_NONE;  // XDP_ATTACHED_* of linux/if_link.h
    std::uint32_t program = 0;               // id; 0 with XDP_ATTACHED_MULTI
};

Result<Attached> query_attached(const net::NetNs& netns, const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    auto query = bpf::bpf_options<bpf_xdp_query_opts>();
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

Result<void> require_nothing_attached(const net::NetNs& netns,
                                      const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const Attached attached, query_attached(netns, interface));
    if (attached.mode == XDP_ATTACHED_NONE) return {};
    return unavailable_error(
        fmt::format("cannot try the attach modes of {}: XDP is in use there ({})", interface.name,
                    attached_text(attached)),
        {}, fmt::format("detach it first; see it with: ip -d link show {}", interface.name));
}

Result<void> require_as_before(const net::NetNs& netns, const net::InterfaceInfo& before) {
    XDPBENCH_TRY(const Attached attached, query_attached(netns, before));
    XDPBENCH_TRY(const net::InterfaceInfo now, net::query_interface(netns, before.name));
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

Result<std::string> try_mode(const net::NetNs& netns, const net::InterfaceInfo& interface,
                             model::Mode mode) {
    XDPBENCH_TRY(const UniqueFd program, load_for_mode(netns, interface, mode));
    const Result<bpf::XdpLink> xdp_link =
        bpf::XdpLink::attach(netns, interface, program.get(), mode);
    if (xdp_link) return std::string("attached, read back and detached");
    Error error = xdp_link.error();
    error.advice.clear();  // it tells those who run a program to ask here
    return error;
}

Result<std::vector<AttachModeProbe>> probe_device(const net::NetNs& netns,
                                                  const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const net::InterfaceInfo before, net::query_interface(netns, interface.name));
    XDPBENCH_CHECK(require_nothing_attached(netns, before));
    std::vector<AttachModeProbe> probes;
    for (const model::Mode mode :
         {model::Mode::generic, model::Mode::native, model::Mode::offload}) {
        const Result<std::string> answer = try_mode(netns, before, mode);
        probes.push_back(
            {mode, answer.has_value(), answer ? *answer : bpf::answer_line(answer.error())});
    }
    XDPBENCH_CHECK(require_as_before(netns, before));
    return probes;
}

}  // namespace xdpbench::probe
