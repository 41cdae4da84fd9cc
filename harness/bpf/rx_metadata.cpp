#include "bpf/rx_metadata.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bpf/device_bound.h"

namespace xdpbench::bpf {
namespace {

constexpr std::array<std::string_view, 3> kFunctions{
    "bpf_xdp_metadata_rx_hash", "bpf_xdp_metadata_rx_timestamp", "bpf_xdp_metadata_rx_vlan_tag"};

// Those of the functions that the program calls.
std::vector<std::string> wanted_by(const Program& program) {
    std::vector<std::string> names = program.kernel_functions();
    std::erase_if(names, [](const std::string& name) {
        return std::find(kFunctions.begin(), kFunctions.end(), name) == kFunctions.end();
    });
    return names;
}

bool kernel_has(const std::string& function) {
    static const std::unique_ptr<btf, decltype(&::btf__free)> types(::btf__load_vmlinux_btf(),
                                                                    &::btf__free);
    return types && ::btf__find_by_name_kind(types.get(), function.c_str(), BTF_KIND_FUNC) > 0;
}

}  // namespace

bool reads_rx_metadata(const Program& program) {
    const std::vector<std::string> wanted = wanted_by(program);
    return std::any_of(wanted.begin(), wanted.end(), kernel_has);
}

Result<void> require_rx_metadata(const Program& program) {
    const std::vector<std::string> wanted = wanted_by(program);
    if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(), kernel_has)) return {};
    return unavailable_error(
        fmt::format("{} reads rx metadata, and what it reads is expected", program.function()),
        fmt::format("this kernel has no {}: it is one of Linux 6.3, or of 6.8 for VLAN tags",
                    fmt::join(wanted, ", and no ")));
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
