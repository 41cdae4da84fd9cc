#include "bpf/rx_metadata.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <memory>

namespace xdpbench::bpf {
namespace {

constexpr std::array<const char*, 3> kFunctions{
    "bpf_xdp_metadata_rx_hash", "bpf_xdp_metadata_rx_timestamp", "bpf_xdp_metadata_rx_vlan_tag"};
constexpr std::uint32_t kDeviceBoundOnly = 1U << 6;  // BPF_F_XDP_DEV_BOUND_ONLY

bool has_function(const btf* types) {
    return types != nullptr &&
           std::any_of(kFunctions.begin(), kFunctions.end(), [types](const char* name) {
               return ::btf__find_by_name_kind(types, name, BTF_KIND_FUNC) > 0;
           });
}

bool kernel_has_function() {
    static const bool has = [] {
        const std::unique_ptr<btf, decltype(&::btf__free)> kernel(::btf__load_vmlinux_btf(),
                                                                  &::btf__free);
        return has_function(kernel.get());
    }();
    return has;
}

}  // namespace

bool reads_rx_metadata(const Program& program) {
    return program.handle() != nullptr && has_function(program.types()) && kernel_has_function();
}

Result<void> require_rx_metadata(const Program& program) {
    if (program.handle() == nullptr || !has_function(program.types()) || kernel_has_function())
        return {};
    return unavailable_error(
        fmt::format("{} reads rx metadata, and what it reads is expected", program.function()),
        "this kernel has none of the functions bpf_xdp_metadata_rx_... (6.3)");
}

void bind_to_receiver(const Program& program, unsigned ifindex) {
    bpf_program* one = nullptr;
    while ((one = ::bpf_object__next_program(program.handle(), one)) != nullptr) {
        if (!::bpf_program__autoload(one)) continue;
        ::bpf_program__set_ifindex(one, ifindex);
        ::bpf_program__set_flags(one, ::bpf_program__flags(one) | kDeviceBoundOnly);
    }
}

}  // namespace xdpbench::bpf
