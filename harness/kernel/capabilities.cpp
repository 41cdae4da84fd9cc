#include "kernel/capabilities.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <memory>

#include "base/child.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "kernel/attach.h"
#include "kernel/attach_modes.h"
#include "kernel/bpf_options.h"
#include "kernel/privileges.h"
#include "kernel/probe_programs.h"
#include "kernel/refusal.h"
#include "kernel/test_run.h"
#include "kernel/topology.h"

namespace xdpbench {
namespace {

constexpr std::size_t kFrameBytes = 64;  // the least that is on an Ethernet wire
constexpr std::uint32_t kLiveFrames = 64;

// ---- what is tried ----

Result<std::string> try_map(bpf_map_type type, std::uint32_t key, std::uint32_t value,
                            std::uint32_t entries) {
    const UniqueFd fd(::bpf_map_create(type, "probe", key, value, entries, nullptr));
    if (!fd.valid()) return refusal_of_privileged("cannot create the map", errno);
    return std::string("created");
}

Result<std::string> try_helper(bpf_func_id helper) {
    const int answer = ::libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, helper, nullptr);
    if (answer == 1) return std::string("the verifier knows it");
    if (answer < 0) return refusal_of_privileged("cannot ask the verifier", answer);
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
        return refusal_of_privileged("cannot load BTF", error);
    return std::string("loaded");
}

Result<std::string> try_xdp_program() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_PASS));
    return std::string("loaded");
}

Result<std::string> try_test_run() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_TX));
    const std::array<std::uint8_t, kFrameBytes> frame{};
    TestRunner runner(fd.get());
    XDPBENCH_TRY(const TestRunOutput output, runner.run(frame));
    if (output.returned == XDP_TX && output.frame.size() == frame.size())
        return std::string("ran once and returned what it should");
    return unavailable_error(fmt::format("a program that returns XDP_TX returned {} with {}",
                                         returned_text(output.returned),
                                         counted(output.frame.size(), "byte")));
}

Result<std::string> try_live_frames() {
    XDPBENCH_TRY(const UniqueFd fd, load_probe_xdp(XDP_DROP));
    // A namespace of its own: whatever a kernel makes of these frames, they are on no device of
    // this machine.
    XDPBENCH_TRY(const NetNs netns, NetNs::create());
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const std::array<std::uint8_t, kFrameBytes> frame{};
    xdp_md context = {};
    context.data_end = kFrameBytes;
    auto options = bpf_options<bpf_test_run_opts>();
    options.data_in = frame.data();
    options.data_size_in = kFrameBytes;
    options.ctx_in = &context;
    options.ctx_size_in = sizeof(context);
    options.repeat = kLiveFrames;
    options.flags = BPF_F_TEST_XDP_LIVE_FRAMES;
    if (::bpf_prog_test_run_opts(fd.get(), &options) != 0)
        return refusal_of_privileged("cannot run a program on live frames", errno);
    return fmt::format("{} dropped", counted(kLiveFrames, "frame"));
}

Result<std::string> try_namespaces() {
    XDPBENCH_CHECK(require_way_back());
    XDPBENCH_TRY(const NetNs netns, NetNs::create());
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
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

// Attaches in the mode that the kernel prefers: tells a kernel that has no bpf_link for XDP from a
// device that lacks a mode.
Result<std::string> try_link(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const UniqueFd program, load_probe_xdp(XDP_PASS));
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const UniqueFd link(
        ::bpf_link_create(program.get(), static_cast<int>(interface.index), BPF_XDP, nullptr));
    if (!link.valid()) return refusal_of_privileged("cannot create the link", errno);
    return std::string("attached and detached");
}

Result<std::string> try_ingress(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const UniqueFd program, load_probe_tc());
    XDPBENCH_TRY(const UniqueFd link, attach_to_ingress(netns, interface, program.get()));
    return std::string(link.valid() ? "attached through a link" : "attached through clsact");
}

// ---- the probes ----

struct ProbeStep {
    const char* name;
    std::vector<const char*> privileges;  // without them it is not tried
    std::vector<const char*> builds_on;   // earlier steps that must work
    std::function<Result<std::string>()> attempt;
    const char* advice;
};

constexpr const char* kXdpProgram = "XDP program";
constexpr const char* kNamespaces = "anonymous namespaces";
constexpr const char* kIproute = "iproute2";
constexpr const char* kVethPair = "veth pair";
constexpr const char* kXdpLink = "bpf_link for XDP";

class Prober {
  public:
    explicit Prober(std::vector<Privilege> privileges) : privileges_(std::move(privileges)) {}

    void try_system_call();
    void try_step(const ProbeStep& step);
    std::vector<Probe> take() { return std::move(probes_); }

  private:
    [[nodiscard]] bool held(std::string_view name) const;
    // Why the step cannot be tried; empty if it can.
    [[nodiscard]] Probe prerequisites_of(const ProbeStep& step) const;

    std::vector<Privilege> privileges_;
    std::vector<Probe> probes_;
};

bool Prober::held(std::string_view name) const {
    return std::any_of(privileges_.begin(), privileges_.end(), [&](const Privilege& privilege) {
        return privilege.held && privilege.name == name;
    });
}

// An operation that no kernel has: EINVAL is the answer of one that looked at it.
void Prober::try_system_call() {
    constexpr int kNoSuchCommand = 0x7fffffff;
    bpf_attr attributes = {};
    ::syscall(SYS_bpf, kNoSuchCommand, &attributes, sizeof(attributes));
    const int number = errno;
    Probe probe{"bpf() system call", ProbeState::missing,
                answer_line(refusal_of_privileged("the kernel's answer", number)),
                "use a kernel with CONFIG_BPF_SYSCALL, and a container that allows bpf()"};
    if (number == EINVAL) {
        probe = {probe.name, ProbeState::works, "the kernel answers", {}};
    } else if (number == EPERM && !held(kBpf)) {
        // It may be kernel.unprivileged_bpf_disabled, or a container that allows nobody.
        probe.state = ProbeState::unknown;
        probe.detail = fmt::format("{} is missing", kBpf);
        probe.advice = kRunWithSudo;
    }
    probes_.push_back(std::move(probe));
}

Probe Prober::prerequisites_of(const ProbeStep& step) const {
    std::vector<std::string_view> missing;
    for (const char* const privilege : step.privileges)
        if (!held(privilege)) missing.emplace_back(privilege);
    if (!missing.empty()) {
        return {step.name, ProbeState::unknown,
                fmt::format("not tried: {} {} missing", fmt::join(missing, " and "),
                            missing.size() == 1 ? "is" : "are"),
                kRunWithSudo};
    }
    for (const char* const name : step.builds_on) {
        const auto base = std::find_if(probes_.begin(), probes_.end(),
                                       [&](const Probe& probe) { return probe.name == name; });
        if (base != probes_.end() && base->state == ProbeState::works) continue;
        return {step.name, ProbeState::unknown, fmt::format("not tried: it builds on \"{}\"", name),
                base == probes_.end() ? std::string() : base->advice};
    }
    return {};
}

void Prober::try_step(const ProbeStep& step) {
    Probe probe = prerequisites_of(step);
    if (probe.name.empty()) {
        probe.name = step.name;
        Result<std::string> answer = step.attempt();
        if (answer) {
            probe.state = ProbeState::works;
            probe.detail = std::move(*answer);
        } else {
            const Error& error = answer.error();
            probe.state =
                error.kind == ErrorKind::interrupted ? ProbeState::unknown : ProbeState::missing;
            probe.detail = answer_line(error);
            probe.advice = on_one_line(error.advice.empty() ? step.advice : error.advice);
        }
    }
    probes_.push_back(std::move(probe));
}

std::vector<ProbeStep> program_steps() {
    return {
        {"BTF", {kBpf}, {}, try_btf, "use a kernel of 4.18 or newer"},
        {"per-CPU array map",
         {kBpf},
         {},
         [] { return try_map(BPF_MAP_TYPE_PERCPU_ARRAY, 4, 8, 1); },
         "use a kernel of 4.6 or newer"},
        {"ring buffer map",
         {kBpf},
         {},
         [] {
             return try_map(BPF_MAP_TYPE_RINGBUF, 0, 0,
                            static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE)));
         },
         "use a kernel of 5.8 or newer; programs that send events cannot run on this one"},
        {kXdpProgram,
         {kNetAdmin, kBpf},
         {},
         try_xdp_program,
         "use a kernel with CONFIG_BPF_SYSCALL and CONFIG_NET, of 4.8 or newer"},
        {"bpf_xdp_load_bytes",
         {kNetAdmin, kBpf},
         {kXdpProgram},
         [] { return try_helper(BPF_FUNC_xdp_load_bytes); },
         "use a kernel of 5.18 or newer; checks still work: --only check"},
        {"bpf_xdp_store_bytes",
         {kNetAdmin, kBpf},
         {kXdpProgram},
         [] { return try_helper(BPF_FUNC_xdp_store_bytes); },
         "use a kernel of 5.18 or newer; checks still work: --only check"},
        {"test run (BPF_PROG_TEST_RUN)",
         {kNetAdmin, kBpf},
         {kXdpProgram},
         try_test_run,
         "use a kernel of 5.15 or newer: checks and timing are test runs"},
        {"live frames",
         {kSysAdmin, kNetAdmin, kBpf},
         {kXdpProgram, kNamespaces},
         try_live_frames,
         "use a kernel of 5.18 or newer; checks still work: --only check"},
    };
}

// The pair is torn down before the function that holds `topology` returns.
std::vector<ProbeStep> veth_steps(std::optional<Topology>& topology) {
    const auto dut = [&topology](const auto& attempt) -> std::function<Result<std::string>()> {
        return [&topology, attempt] { return attempt(topology->dut, topology->lanes.front().dut); };
    };
    const auto attach = [&](Mode mode) {
        return dut([mode](const NetNs& netns, const InterfaceInfo& interface) {
            return try_mode(netns, interface, mode);
        });
    };
    const auto create = [&topology]() -> Result<std::string> {
        XDPBENCH_TRY(topology, Topology::create(1, 0));
        return std::string("created between two namespaces");
    };
    const std::vector<const char*> attaching{kSysAdmin, kNetAdmin, kBpf};
    return {
        {kVethPair,
         {kSysAdmin, kNetAdmin},
         {kNamespaces, kIproute},
         create,
         "load the driver (modprobe veth) or use a kernel with CONFIG_VETH"},
        {kXdpLink,
         attaching,
         {kVethPair, kXdpProgram},
         dut(try_link),
         "use a kernel of 5.9 or newer"},
        {"generic attach (veth)",
         attaching,
         {kXdpLink},
         attach(Mode::generic),
         "use --mode native, or a kernel of 5.9 or newer"},
        {"native attach (veth)",
         attaching,
         {kXdpLink},
         attach(Mode::native),
         "use --mode generic, or a kernel of 5.9 or newer"},
        {"offload attach (veth)",
         attaching,
         {kXdpLink},
         attach(Mode::offload),
         "use --dev with a network card that runs BPF itself (nfp), or netdevsim; a veth never "
         "does"},
        {"tc ingress (veth)",
         attaching,
         {kVethPair},
         dut(try_ingress),
         "use a kernel of 6.6 or newer, or one with CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF"},
    };
}

}  // namespace

std::string_view probe_state_name(ProbeState state) {
    switch (state) {
        case ProbeState::works:
            return "works";
        case ProbeState::missing:
            return "missing";
        case ProbeState::unknown:
            return "unknown";
    }
    return "unknown";
}

std::vector<Probe> probe_features() {
    Prober prober(privileges());
    prober.try_step({kIproute,
                     {},
                     {},
                     try_iproute2,
                     "install iproute2 (apt install iproute2): it builds the topologies"});
    prober.try_step({kNamespaces,
                     {kSysAdmin},
                     {},
                     try_namespaces,
                     "use a kernel with CONFIG_NET_NS, and a container that allows unshare()"});
    prober.try_system_call();
    for (const ProbeStep& step : program_steps()) prober.try_step(step);
    std::optional<Topology> topology;
    for (const ProbeStep& step : veth_steps(topology)) prober.try_step(step);
    return prober.take();
}

}  // namespace xdpbench
