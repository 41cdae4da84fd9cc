#include "probe/capabilities.h"

#include <fmt/format.h>
#include <linux/bpf.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>

#include "base/text.h"
#include "bpf/refusal.h"
#include "net/network.h"
#include "probe/attach_modes.h"
#include "probe/feature_trials.h"
#include "probe/privileges.h"

namespace xdpbench::probe {
namespace {

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

// Whether the machine was out of something, or a pipe to a command broke: this tells nothing of the
// kernel.
bool is_shortage(const Error& error) {
    constexpr std::array kShortages{ENOMEM, EMFILE, ENFILE, ENOBUFS, EAGAIN, EIO};
    return std::any_of(kShortages.begin(), kShortages.end(), [&error](int number) {
        return error.what.find(errno_text(number)) != std::string::npos;
    });
}

constexpr const char* kShortageAdvice =
    "try again once the machine has more of it, or a limit is higher";

// An operation that no kernel has: EINVAL is the answer of one that looked at it. From 7.x on, bit
// 16 of the operation is a flag that asks for two more arguments (BPF_COMMON_ATTRS): it stays
// clear.
void Prober::try_system_call() {
    constexpr int kNoSuchCommand = 0xffff;
    bpf_attr attributes = {};
    ::syscall(SYS_bpf, kNoSuchCommand, &attributes, sizeof(attributes));
    const int number = errno;
    const Error answer = bpf::refusal_of_privileged("the kernel's answer", number);
    Probe probe{"bpf() system call", ProbeState::missing, bpf::answer_line(answer),
                "use a kernel with CONFIG_BPF_SYSCALL, and a container that allows bpf()"};
    if (number == EINVAL) {
        probe = {probe.name, ProbeState::works, "the kernel answers", {}};
    } else if (number == EPERM && !held(kBpf)) {
        // It may be kernel.unprivileged_bpf_disabled, or a container that allows nobody.
        probe.state = ProbeState::unknown;
        probe.detail = fmt::format("{} is missing", kBpf);
        probe.advice = kRunWithSudo;
    } else if (is_shortage(answer)) {
        probe.state = ProbeState::unknown;
        probe.advice = kShortageAdvice;
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
            const bool open = error.kind == ErrorKind::interrupted || is_shortage(error);
            probe.state = open ? ProbeState::unknown : ProbeState::missing;
            probe.detail = bpf::answer_line(error);
            probe.advice =
                is_shortage(error)
                    ? kShortageAdvice
                    : bpf::on_one_line(error.advice.empty() ? step.advice : error.advice);
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
        {"atomic operations (BPF_FETCH)",
         {kNetAdmin, kBpf},
         {kXdpProgram},
         try_atomics,
         "use a kernel of 5.15 or newer: no program of the harness loads here"},
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
        {"test run with a context",
         {kNetAdmin, kBpf},
         {kXdpProgram},
         try_test_run_context,
         "use a kernel of 5.15 or newer: checks and timing are test runs"},
        {"live frames",
         {kSysAdmin, kNetAdmin, kBpf},
         {kXdpProgram, kNamespaces},
         try_live_frames,
         "use a kernel of 5.18 or newer; checks still work: --only check"},
    };
}

// The pair is torn down before the function that holds `network` returns.
std::vector<ProbeStep> veth_steps(std::optional<net::Network>& network) {
    const auto dut = [&network](const auto& attempt) -> std::function<Result<std::string>()> {
        return [&network, attempt] { return attempt(network->dut, network->links.front().dut); };
    };
    const auto attach = [&](model::Mode mode) {
        return dut([mode](const net::NetNs& netns, const net::InterfaceInfo& interface) {
            return try_mode(netns, interface, mode);
        });
    };
    const auto create = [&network]() -> Result<std::string> {
        XDPBENCH_TRY(network, net::Network::create(1, 0));
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
         attach(model::Mode::generic),
         "use --mode native, or a kernel of 5.9 or newer"},
        {"native attach (veth)",
         attaching,
         {kXdpLink},
         attach(model::Mode::native),
         "use --mode generic, or a kernel of 5.9 or newer"},
        {"offload attach (veth)",
         attaching,
         {kXdpLink},
         attach(model::Mode::offload),
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
    std::optional<net::Network> network;
    for (const ProbeStep& step : veth_steps(network)) prober.try_step(step);
    return prober.take();
}

}  // namespace xdpbench::probe
