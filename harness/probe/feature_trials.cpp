#include "probe/feature_trials.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <memory>

#include "base/child.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "bpf/attach.h"
#include "bpf/bpf_options.h"
#include "bpf/refusal.h"
#include "bpf/test_run.h"
#include "probe/privileges.h"
#include "probe/probe_programs.h"

namespace xdpbench::probe {
namespace {

constexpr std::size_t kFrameBytes = 64;  // the least that is on an Ethernet wire
constexpr std::uint32_t kLiveFrames = 64;

// False, and errno, where the kernel does not run it so.
bool run_with_context(int program, std::uint32_t times, std::uint32_t flags) {
    const std::array<std::uint8_t, kFrameBytes> frame{};
    xdp_md context = {};
    context.data_end = kFrameBytes;
    auto options = bpf::bpf_options<bpf_test_run_opts>();
    options.data_in = frame.data();
    options.data_size_in = kFrameBytes;
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    options.repeat = static_cast<int>(times);
    options.flags = flags;
    return ::bpf_prog_test_run_opts(program, &options) == 0;
}

}  // namespace

Result<std::string> try_map(bpf_map_type type, std::uint32_t key, std::uint32_t value,
                            std::uint32_t entries) {
    const UniqueFd fd(::bpf_map_create(type, "probe", key, value, entries, nullptr));
    if (!fd.valid()) return bpf::refusal_of_privileged("cannot create the map", errno);
    return std::string("created");
}

Result<std::string> try_helper(bpf_func_id helper) {
    const int answer = ::libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, helper, nullptr);
    if (answer == 1) return std::string("the verifier knows it");
    if (answer < 0) return bpf::refusal_of_privileged("cannot ask the verifier", answer);
    return unavailable_error("the verifier does not know it");
}

Result<std::string> try_btf() {
    struct Free {
        void operator()(btf* types) const { ::btf__free(types); }
    };
    const std::unique_ptr<btf, Free> types(::btf__new_empty());
    if (!types) return system_error("cannot build BTF", errno);
    if (const int id = ::btf__add_int(types.get(), "int", sizeof(int), BTF_INT_SIGNED); id < 0)
        return system_error("cannot build BTF", id);
    if (const int error = ::btf__load_into_kernel(types.get()); error != 0)
        return bpf::refusal_of_privileged("cannot load BTF", error);
    return std::string("loaded");
}

Result<std::string> try_xdp_program() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_PASS));
    return std::string("loaded");
}

Result<std::string> try_atomics() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_atomics());
    return std::string("loaded");
}

Result<std::string> try_test_run_context() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_PASS));
    if (!run_with_context(fd.get(), 1, 0))
        return bpf::refusal_of_privileged("cannot run a program with a context", errno);
    return std::string("ran once");
}

Result<std::string> try_test_run() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_TX));
    const std::array<std::uint8_t, kFrameBytes> frame{};
    bpf::TestRunner runner(fd.get());
    XDPBENCH_TRY(const bpf::TestRunOutput output, runner.run(frame));
    if (output.returned == XDP_TX && output.frame.size() == frame.size())
        return std::string("ran once and returned what it should");
    return unavailable_error(fmt::format("a program that returns XDP_TX returned {} with {}",
                                         bpf::returned_text(output.returned),
                                         counted(output.frame.size(), "byte")));
}

Result<std::string> try_live_frames() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_DROP));
    // A namespace of its own: whatever a kernel makes of these frames, they are on no device of
    // this machine.
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::create());
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    if (!run_with_context(fd.get(), kLiveFrames, BPF_F_TEST_XDP_LIVE_FRAMES))
        return bpf::refusal_of_privileged("cannot run a program on live frames", errno);
    return fmt::format("{} dropped", counted(kLiveFrames, "frame"));
}

Result<std::string> try_namespaces() {
    XDPBENCH_CHECK(require_way_back());
    XDPBENCH_TRY(const net::NetNs netns, net::NetNs::create());
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    return std::string("one was created and entered");
}

Result<std::string> try_iproute2() {
    XDPBENCH_TRY(const ChildOutput ip, run_child({"ip", "-V"}));
    // BusyBox has an ip too: it knows neither -V nor -batch.
    if (ip.exit_code != 0 || ip.out.find("iproute2") == std::string::npos) {
        return unavailable_error(fmt::format("the ip in PATH is not iproute2's (exit {}): {}{}",
                                             ip.exit_code, ip.out, ip.err));
    }
    return std::string(trim(ip.out));
}

Result<std::string> try_link(const net::NetNs& netns, const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const UniqueFd program, load_probe_xdp(XDP_PASS));
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(netns));
    const UniqueFd xdp_link(
        ::bpf_link_create(program.get(), static_cast<int>(interface.index), BPF_XDP, nullptr));
    if (!xdp_link.valid()) return bpf::refusal_of_privileged("cannot create the link", errno);
    return std::string("attached and detached");
}

Result<std::string> try_ingress(const net::NetNs& netns, const net::InterfaceInfo& interface) {
    XDPBENCH_TRY(const UniqueFd program, load_probe_tc());
    XDPBENCH_TRY(const UniqueFd xdp_link, bpf::attach_to_ingress(netns, interface, program.get()));
    return std::string(xdp_link.valid() ? "attached through a link" : "attached through clsact");
}

}  // namespace xdpbench::probe
