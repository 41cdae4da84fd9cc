#include "kernel/capabilities.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <functional>
#include <memory>
#include <system_error>

#include "base/child.h"
#include "base/file.h"
#include "base/text.h"
#include "base/unique_fd.h"
#include "kernel/attach.h"
#include "kernel/bpf_options.h"
#include "kernel/test_run.h"
#include "kernel/topology.h"

namespace xdpbench {
namespace {

constexpr const char* kStatus = "/proc/thread-self/status";
constexpr const char* kRunWithSudo = "run with sudo (in a container: docker run --privileged)";
constexpr std::size_t kFrameBytes = 64;  // the least that is on an Ethernet wire
constexpr std::uint32_t kLiveFrames = 64;

constexpr const char* kSysAdmin = "CAP_SYS_ADMIN";
constexpr const char* kNetAdmin = "CAP_NET_ADMIN";
constexpr const char* kBpf = "CAP_BPF";
constexpr const char* kPerfmon = "CAP_PERFMON";

bool has_bit(std::uint64_t effective, unsigned capability) {
    return ((effective >> capability) & 1U) != 0;
}

// The Error of a kernel that refused although the capabilities are held.
Error refusal(std::string_view operation, int number) {
    Error error = system_error(operation, number);
    error.kind = ErrorKind::unavailable;
    if (number == EPERM || number == -EPERM || number == EACCES || number == -EACCES) {
        error.cause =
            "a container's user namespace or seccomp filter, kernel lockdown or a security module";
        error.advice = "run outside the container, or in one started with docker run --privileged";
    }
    return error;
}

// A root of a user namespace of its own may leave the machine's first network namespace, but not
// come back: whether it may is asked before it leaves. Entering where one is already changes
// nothing.
Result<void> require_way_back() {
    XDPBENCH_TRY(const NetNs home, NetNs::current());
    if (::setns(home.fd(), CLONE_NEWNET) == 0) return {};
    return refusal("cannot come back from another network namespace", errno);
}

// ---- the programs and objects that are tried ----

// r0 = value; exit. Reads no packet, so it is valid for XDP and for tc.
constexpr std::array<bpf_insn, 2> program_returning(std::int32_t value) {
    return {{{.code = BPF_ALU64 | BPF_MOV | BPF_K,
              .dst_reg = BPF_REG_0,
              .src_reg = 0,
              .off = 0,
              .imm = value},
             {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}}};
}

// Bound to the device `offload_ifindex` of the calling thread's namespace unless that is 0.
Result<UniqueFd> load_xdp(xdp_action returned, unsigned offload_ifindex = 0) {
    const std::array<bpf_insn, 2> program = program_returning(returned);
    auto options = bpf_options<bpf_prog_load_opts>();
    options.expected_attach_type = BPF_XDP;
    options.prog_ifindex = offload_ifindex;
    UniqueFd fd(::bpf_prog_load(BPF_PROG_TYPE_XDP, "probe", "GPL", program.data(), program.size(),
                                &options));
    if (fd.valid()) return fd;
    if (offload_ifindex == 0) return refusal("cannot load an XDP program", errno);
    Error error = refusal("cannot load an XDP program for the device", errno);
    if (errno == EINVAL || errno == EOPNOTSUPP) error.cause = "the device does not run programs";
    return error;
}

Result<UniqueFd> load_tc() {
    constexpr std::int32_t kTcActOk = 0;  // TC_ACT_OK of linux/pkt_cls.h
    const std::array<bpf_insn, 2> program = program_returning(kTcActOk);
    UniqueFd fd(::bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, "probe", "GPL", program.data(),
                                program.size(), nullptr));
    if (!fd.valid()) return refusal("cannot load a tc program", errno);
    return fd;
}

Result<std::string> try_map(bpf_map_type type, std::uint32_t key, std::uint32_t value,
                            std::uint32_t entries) {
    const UniqueFd fd(::bpf_map_create(type, "probe", key, value, entries, nullptr));
    if (!fd.valid()) return refusal("cannot create the map", errno);
    return std::string("created");
}

Result<std::string> try_helper(bpf_func_id helper) {
    const int answer = ::libbpf_probe_bpf_helper(BPF_PROG_TYPE_XDP, helper, nullptr);
    if (answer == 1) return std::string("the verifier knows it");
    if (answer < 0) return refusal("cannot ask the verifier", answer);
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
        return refusal("cannot load BTF", error);
    return std::string("loaded");
}

Result<std::string> try_xdp_program() {
    XDPBENCH_TRY(const UniqueFd fd, load_xdp(XDP_PASS));
    return std::string("loaded");
}

Result<std::string> try_test_run() {
    XDPBENCH_TRY(const UniqueFd fd, load_xdp(XDP_TX));
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
    XDPBENCH_TRY(const UniqueFd fd, load_xdp(XDP_DROP));
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
        return refusal("cannot run a program on live frames", errno);
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
    XDPBENCH_TRY(const UniqueFd program, load_xdp(XDP_PASS));
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    const UniqueFd link(
        ::bpf_link_create(program.get(), static_cast<int>(interface.index), BPF_XDP, nullptr));
    if (!link.valid()) return refusal("cannot create the link", errno);
    return std::string("attached and detached");
}

// The program is bound to the device for offload, and to nothing otherwise.
Result<UniqueFd> load_for_mode(const NetNs& netns, const InterfaceInfo& interface, Mode mode) {
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(netns));
    return load_xdp(XDP_PASS, mode == Mode::offload ? interface.index : 0);
}

Result<std::string> try_mode(const NetNs& netns, const InterfaceInfo& interface, Mode mode) {
    XDPBENCH_TRY(const UniqueFd program, load_for_mode(netns, interface, mode));
    const Result<XdpLink> link = XdpLink::attach(netns, interface, program.get(), mode);
    if (link) return std::string("attached, read back and detached");
    Error error = link.error();
    error.advice.clear();  // it tells those who run a program to ask here
    return error;
}

Result<std::string> try_ingress(const NetNs& netns, const InterfaceInfo& interface) {
    XDPBENCH_TRY(const UniqueFd program, load_tc());
    XDPBENCH_TRY(const UniqueFd link, attach_to_ingress(netns, interface, program.get()));
    return std::string(link.valid() ? "attached through a link" : "attached through clsact");
}

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return std::string(trim(text));
}

std::string answer_text(const Error& error) {
    return one_line(error.cause.empty() ? error.what
                                        : fmt::format("{} ({})", error.what, error.cause));
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
                answer_text(refusal("the kernel's answer", number)),
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
            probe.detail = answer_text(error);
            probe.advice = one_line(error.advice.empty() ? step.advice : error.advice);
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

// ---- what is attached to a device ----

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

std::optional<std::uint64_t> parse_effective_capabilities(std::string_view status) {
    constexpr std::string_view kKey = "CapEff:";
    constexpr int kHexadecimal = 16;
    for (const std::string& line : split(status, '\n')) {
        if (!line.starts_with(kKey)) continue;
        const std::string_view digits = trim(std::string_view(line).substr(kKey.size()));
        std::uint64_t effective = 0;
        const char* const last = digits.data() + digits.size();
        const auto [end, error] = std::from_chars(digits.data(), last, effective, kHexadecimal);
        if (error == std::errc() && end == last) return effective;
    }
    return std::nullopt;
}

std::vector<Privilege> privileges_of(std::uint64_t effective) {
    // bpf_capable() and perfmon_capable() of the kernel (linux/capability.h) take CAP_SYS_ADMIN,
    // which held everything before 5.8, for either.
    const bool admin = has_bit(effective, CAP_SYS_ADMIN);
    return {
        {kSysAdmin, "anonymous network namespaces", admin},
        {kNetAdmin, "interfaces, loading and attaching XDP programs",
         has_bit(effective, CAP_NET_ADMIN)},
        {kBpf, "loading programs, maps", admin || has_bit(effective, CAP_BPF)},
        {kPerfmon, "programs that compute with packet pointers, such as all that count bytes",
         admin || has_bit(effective, CAP_PERFMON)},
    };
}

std::vector<Privilege> privileges() {
    return privileges_of(parse_effective_capabilities(read_entry(kStatus)).value_or(0));
}

Result<void> require_held(const std::vector<Privilege>& privileges) {
    std::vector<std::string> missing;
    for (const Privilege& privilege : privileges) {
        if (!privilege.held)
            missing.push_back(fmt::format("{} ({})", privilege.name, privilege.needed_for));
    }
    if (missing.empty()) return {};
    return unavailable_error(
        fmt::format("missing privileges: {}; nothing was created", fmt::join(missing, ", ")), {},
        kRunWithSudo);
}

Result<void> require_privileges() {
    const std::optional<std::uint64_t> effective =
        parse_effective_capabilities(read_entry(kStatus));
    if (!effective) {
        return unavailable_error(fmt::format("cannot read this thread's capabilities ({}); "
                                             "nothing was created",
                                             kStatus),
                                 "/proc is not mounted", "mount it: mount -t proc proc /proc");
    }
    XDPBENCH_CHECK(require_held(privileges_of(*effective)));
    return require_way_back();
}

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

Result<std::vector<AttachModeProbe>> probe_device(const NetNs& netns,
                                                  const InterfaceInfo& interface) {
    XDPBENCH_TRY(const InterfaceInfo before, query_interface(netns, interface.name));
    XDPBENCH_CHECK(require_nothing_attached(netns, before));
    std::vector<AttachModeProbe> probes;
    for (const Mode mode : {Mode::generic, Mode::native, Mode::offload}) {
        const Result<std::string> answer = try_mode(netns, before, mode);
        probes.push_back(
            {mode, answer.has_value(), answer ? *answer : answer_text(answer.error())});
    }
    XDPBENCH_CHECK(require_as_before(netns, before));
    return probes;
}

bool attaches(const NetNs& netns, const InterfaceInfo& interface, Mode mode) {
    return try_mode(netns, interface, mode).has_value();
}

}  // namespace xdpbench
