#include "testbed/card.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <cerrno>
#include <memory>

#include "bpf/bpf_options.h"
#include "card.skel.h"

namespace xdpbench::testbed {

// The interface holds the program once it is attached.
Result<void> act_as_card(const net::NetNs& netns, const net::InterfaceInfo& tester) {
    const std::unique_ptr<card, decltype(&card__destroy)> skeleton(card__open(), &card__destroy);
    if (!skeleton) return system_error("cannot open the tester's receive offloads", errno);
    if (const int error = card__load(skeleton.get()); error != 0)
        return system_error("cannot load the tester's receive offloads", error);
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    auto hook = bpf::bpf_options<bpf_tc_hook>();
    hook.ifindex = static_cast<int>(tester.index);
    hook.attach_point = BPF_TC_EGRESS;
    auto options = bpf::bpf_options<bpf_tc_opts>();
    options.prog_fd = ::bpf_program__fd(skeleton->progs.card);
    int error = ::bpf_tc_hook_create(&hook);
    if (error == 0 || error == -EEXIST) error = ::bpf_tc_attach(&hook, &options);
    if (error == 0) return {};
    return system_error(
        fmt::format("cannot attach the tester's receive offloads to {}", tester.name), error,
        "this kernel has no clsact qdisc or no cls_bpf (CONFIG_NET_SCH_INGRESS, "
        "CONFIG_NET_CLS_BPF)");
}

}  // namespace xdpbench::testbed
