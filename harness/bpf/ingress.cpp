#include "bpf/ingress.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>

#include "bpf/bpf_options.h"

namespace xdpbench::bpf {
namespace {

bpf_tc_hook hook_at(int ifindex) {
    auto hook = bpf_options<bpf_tc_hook>();
    hook.ifindex = ifindex;
    hook.attach_point = BPF_TC_INGRESS;
    return hook;
}

}  // namespace

Result<IngressProgram> IngressProgram::attach(const net::NetNs& netns,
                                              const net::InterfaceInfo& interface, int program_fd) {
    constexpr auto kTcxIngress = static_cast<bpf_attach_type>(46);  // not in libbpf 1.1's headers
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    const auto ifindex = static_cast<int>(interface.index);
    IngressProgram attached;
    attached.link_ = UniqueFd(::bpf_link_create(program_fd, ifindex, kTcxIngress, nullptr));
    if (attached.link_.valid()) return attached;
    bpf_tc_hook hook = hook_at(ifindex);
    const int created = ::bpf_tc_hook_create(&hook);
    auto options = bpf_options<bpf_tc_opts>();
    options.prog_fd = program_fd;
    int error = created == 0 || created == -EEXIST ? ::bpf_tc_attach(&hook, &options) : created;
    if (error == 0) {
        attached.filter_ = Filter{ifindex, options.handle, options.priority, created == 0};
        return attached;
    }
    return unavailable_error(fmt::format("cannot read metadata in the stack of {}: {}",
                                         interface.name, errno_text(-error)),
                             "this kernel has no clsact qdisc or no cls_bpf");
}

IngressProgram::~IngressProgram() {
    if (!filter_) return;
    bpf_tc_hook hook = hook_at(filter_->ifindex);
    auto options = bpf_options<bpf_tc_opts>();
    options.handle = filter_->handle;
    options.priority = filter_->priority;
    static_cast<void>(::bpf_tc_detach(&hook, &options));
    if (!filter_->own_qdisc) return;
    hook.attach_point = static_cast<bpf_tc_attach_point>(BPF_TC_INGRESS | BPF_TC_EGRESS);
    static_cast<void>(::bpf_tc_hook_destroy(&hook));
}

}  // namespace xdpbench::bpf
