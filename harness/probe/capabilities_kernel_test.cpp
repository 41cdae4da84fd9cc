// What is probed is really tried, and nothing of it is left.
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <gtest/gtest.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <set>
#include <thread>

#include "base/child.h"
#include "base/file.h"
#include "bpf/attach.h"
#include "bpf/bpf_options.h"
#include "bpf/program.h"
#include "net/network.h"
#include "probe/attach_modes.h"
#include "probe/capabilities.h"
#include "probe/environment.h"
#include "probe/privileges.h"

namespace xdpbench::probe {
namespace {

const Probe* find_probe(const std::vector<Probe>& probes, const std::string& name) {
    const auto found = std::find_if(probes.begin(), probes.end(),
                                    [&](const Probe& probe) { return probe.name == name; });
    return found == probes.end() ? nullptr : &*found;
}

// What every probe must be, whoever asks and whatever the kernel.
void expect_well_formed(const std::vector<Probe>& probes) {
    std::set<std::string> names;
    for (const Probe& probe : probes) {
        EXPECT_TRUE(names.insert(probe.name).second) << probe.name;
        EXPECT_FALSE(probe.detail.empty()) << probe.name;
        EXPECT_EQ(probe.detail.find('\n'), std::string::npos) << probe.detail;
        EXPECT_EQ(probe.advice.find('\n'), std::string::npos) << probe.advice;
        EXPECT_EQ(probe.advice.empty(), probe.state == ProbeState::works)
            << probe.name << ": " << probe.advice;
    }
}

std::size_t open_files() {
    const std::filesystem::directory_iterator files("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

std::string own_namespace() {
    return std::filesystem::read_symlink("/proc/thread-self/ns/net").string();
}

// Takes `capabilities` (bits) from the calling thread for good.
bool drop_capabilities(std::uint64_t capabilities) {
    __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
    for (__user_cap_data_struct& word : data) {
        const auto taken = static_cast<std::uint32_t>(capabilities);
        word.effective &= ~taken;
        word.permitted &= ~taken;
        capabilities >>= 32U;
    }
    return ::syscall(SYS_capset, &header, data.data()) == 0;
}

class CapabilitiesTest : public testing::Test {
  protected:
    void SetUp() override {
        bpf::set_up_libbpf(false);
        if (const auto held = require_privileges(); !held) GTEST_SKIP() << held.error().text();
    }
};

class DeviceTest : public CapabilitiesTest {
  protected:
    void create_pair(std::size_t longest_frame) {
        auto network = net::Network::create(1, longest_frame);
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
    }
    [[nodiscard]] const net::NetNs& netns() const { return network_->dut; }
    [[nodiscard]] const net::InterfaceInfo& device() const { return network_->links[0].dut; }
    // Everything that iproute2 and ethtool show of both ends, without counters.
    [[nodiscard]] std::string state_of_both_ends() const {
        std::string state;
        for (const auto& [netns, name] : {std::pair(&network_->tester, std::string("tester0")),
                                          std::pair(&network_->dut, std::string("dut0"))}) {
            const auto inside = net::InNetNs::enter(*netns);
            EXPECT_TRUE(inside);
            for (const std::vector<std::string>& command :
                 {std::vector<std::string>{"ip", "-d", "link", "show", name},
                  std::vector<std::string>{"ethtool", "-k", name}}) {
                const auto output = run_child(command);
                state += output ? output->out : output.error().what;
            }
        }
        return state;
    }
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> attached() const {
        const auto inside = net::InNetNs::enter(netns());
        EXPECT_TRUE(inside);
        auto query = bpf::bpf_options<bpf_xdp_query_opts>();
        EXPECT_EQ(::bpf_xdp_query(static_cast<int>(device().index), 0, &query), 0);
        return {query.attach_mode, query.prog_id};
    }

  private:
    std::optional<net::Network> network_;
};

TEST_F(CapabilitiesTest, WhatTheHarnessNeedsWorksHere) {
    const std::vector<Probe> probes = probe_features();
    expect_well_formed(probes);
    for (const char* const name :
         {"iproute2", "anonymous namespaces", "bpf() system call", "BTF", "per-CPU array map",
          "XDP program", "atomic operations (BPF_FETCH)", "test run (BPF_PROG_TEST_RUN)",
          "test run with a context", "veth pair", "bpf_link for XDP", "generic attach (veth)",
          "native attach (veth)", "tc ingress (veth)"}) {
        const Probe* const probe = find_probe(probes, name);
        ASSERT_NE(probe, nullptr) << name;
        EXPECT_EQ(probe->state, ProbeState::works) << name << ": " << probe->detail;
    }
}

TEST_F(CapabilitiesTest, OffloadIsTriedAndRefusedByVeth) {
    const std::vector<Probe> probes = probe_features();
    const Probe* const offload = find_probe(probes, "offload attach (veth)");
    ASSERT_NE(offload, nullptr);
    EXPECT_EQ(offload->state, ProbeState::missing);
    EXPECT_NE(offload->detail.find("(E"), std::string::npos) << offload->detail;
}

TEST_F(CapabilitiesTest, NothingIsLeft) {
    static_cast<void>(probe_features());  // what libbpf and libc open once
    const std::size_t files = open_files();
    const std::string home = own_namespace();
    static_cast<void>(probe_features());
    EXPECT_EQ(open_files(), files);
    EXPECT_EQ(own_namespace(), home);
}

TEST_F(CapabilitiesTest, WithoutPrivilegesMostIsUnknown) {
    std::vector<Probe> probes;
    Result<void> held;
    bool dropped = false;
    std::thread([&] {
        dropped = drop_capabilities(~0ULL);
        probes = probe_features();
        held = require_privileges();
    }).join();
    ASSERT_TRUE(dropped);
    expect_well_formed(probes);
    ASSERT_EQ(probes.size(), probe_features().size());
    for (const Probe& probe : probes) {
        if (probe.name == "iproute2" || probe.name == "bpf() system call") continue;
        EXPECT_EQ(probe.state, ProbeState::unknown) << probe.name << ": " << probe.detail;
        EXPECT_NE(probe.detail.find("CAP_"), std::string::npos) << probe.detail;
    }
    ASSERT_FALSE(held);
    EXPECT_NE(held.error().what.find("CAP_SYS_ADMIN"), std::string::npos);
}

TEST_F(CapabilitiesTest, WithBpfAloneWhatNeedsNoNetworkIsTried) {
    std::vector<Probe> probes;
    std::thread([&] {
        const std::uint64_t network = 1ULL << CAP_NET_ADMIN | 1ULL << CAP_SYS_ADMIN;
        if (drop_capabilities(network)) probes = probe_features();
    }).join();
    expect_well_formed(probes);
    const Probe* const map = find_probe(probes, "per-CPU array map");
    const Probe* const program = find_probe(probes, "XDP program");
    ASSERT_TRUE(map != nullptr && program != nullptr);
    EXPECT_EQ(map->state, ProbeState::works) << map->detail;
    EXPECT_EQ(program->state, ProbeState::unknown);
    EXPECT_EQ(program->detail, "not tried: CAP_NET_ADMIN is missing");
}

// There the capabilities are held, and mean nothing to the machine's first network namespace.
TEST_F(CapabilitiesTest, InAUserNamespaceThereIsNoWayBack) {
    enum Outcome { as_expected, not_expected, no_user_namespaces };
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::unshare(CLONE_NEWUSER) != 0) ::_exit(no_user_namespaces);
        const std::vector<Probe> probes = probe_features();
        const Probe* const namespaces = find_probe(probes, "anonymous namespaces");
        const Probe* const pair = find_probe(probes, "veth pair");
        const bool expected = namespaces != nullptr && pair != nullptr &&
                              namespaces->state == ProbeState::missing &&
                              pair->state == ProbeState::unknown && !require_privileges();
        ::_exit(expected ? as_expected : not_expected);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFEXITED(status)) << "killed by signal " << WTERMSIG(status);
    if (WEXITSTATUS(status) == no_user_namespaces) GTEST_SKIP() << "no user namespaces here";
    EXPECT_EQ(WEXITSTATUS(status), as_expected);
}

TEST_F(DeviceTest, VethHasGenericAndNativeAndIsLeftAsItWas) {
    create_pair(1514);
    const std::string before = state_of_both_ends();
    const auto probes = probe_device(netns(), device());
    ASSERT_TRUE(probes) << probes.error().text();
    ASSERT_EQ(probes->size(), 3U);
    EXPECT_EQ((*probes)[0].mode, model::Mode::generic);
    EXPECT_TRUE((*probes)[0].works) << (*probes)[0].answer;
    EXPECT_EQ((*probes)[1].mode, model::Mode::native);
    EXPECT_TRUE((*probes)[1].works) << (*probes)[1].answer;
    EXPECT_EQ((*probes)[2].mode, model::Mode::offload);
    EXPECT_FALSE((*probes)[2].works);
    EXPECT_NE((*probes)[2].answer.find("(E"), std::string::npos) << (*probes)[2].answer;
    EXPECT_EQ(attached().first, XDP_ATTACHED_NONE);
    EXPECT_EQ(state_of_both_ends(), before);
}

TEST_F(DeviceTest, LargeMtuIsNamedAsTheReason) {
    create_pair(9014);
    const auto probes = probe_device(netns(), device());
    ASSERT_TRUE(probes) << probes.error().text();
    EXPECT_TRUE((*probes)[0].works) << (*probes)[0].answer;
    EXPECT_FALSE((*probes)[1].works);
    EXPECT_NE((*probes)[1].answer.find("MTU of 9000"), std::string::npos) << (*probes)[1].answer;
}

TEST_F(DeviceTest, AnAttachedProgramIsLeftAlone) {
    create_pair(1514);
    auto program = bpf::Program::open(XDP_BENCH_BUILD_DIR "/share/xdp-bench/bpf/xdp_pass.bpf.o");
    ASSERT_TRUE(program) << program.error().text();
    ASSERT_TRUE(program->load());
    for (const model::Mode mode : {model::Mode::generic, model::Mode::native}) {
        const auto xdp_link = bpf::XdpLink::attach(netns(), device(), program->fd(), mode);
        ASSERT_TRUE(xdp_link) << xdp_link.error().text();
        const auto before = attached();
        const auto probes = probe_device(netns(), device());
        ASSERT_FALSE(probes);
        EXPECT_EQ(probes.error().kind, ErrorKind::unavailable);
        EXPECT_NE(probes.error().what.find(model::mode_name(mode)), std::string::npos)
            << probes.error().what;
        EXPECT_EQ(attached(), before);
    }
}

TEST_F(DeviceTest, AnInterfaceThatIsNotThereIsAnError) {
    create_pair(1514);
    net::InterfaceInfo other = device();
    other.name = "absent0";
    EXPECT_FALSE(probe_device(netns(), other));
}

TEST(EnvironmentOfThisMachine, EveryKeyHasAValue) {
    std::set<std::string> keys;
    for (const auto& [key, value] : describe_environment()) {
        EXPECT_TRUE(keys.insert(key).second) << key;
        EXPECT_EQ(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string::npos) << key;
        EXPECT_FALSE(value.empty()) << key;
        EXPECT_EQ(value.find('\n'), std::string::npos) << key;
    }
    for (const char* const key :
         {"kernel", "kernel_version", "machine", "cpu_model", "cpus_online", "jit",
          "cpu_mitigations", "jit_harden", "bpf_stats", "preemption", "governor", "turbo",
          "numa_nodes", "smt", "hypervisor", "steal_ticks", "load_average", "tool_version",
          "libbpf_version"}) {
        EXPECT_TRUE(keys.contains(key)) << key;
    }
}

TEST(EnvironmentOfThisMachine, CpusAreCounted) {
    for (const auto& [key, value] : describe_environment()) {
        if (key != "cpus_online") continue;
        EXPECT_EQ(value, std::to_string(::sysconf(_SC_NPROCESSORS_ONLN)));
    }
}

TEST(EnvironmentOfThisMachine, TimeableAsTheSettingSays) {
    const std::string setting = read_entry("/proc/sys/kernel/bpf_stats_enabled");
    EXPECT_EQ(require_timeable().has_value(), setting.empty() || setting == "0");
}

// net.core.bpf_jit_harden is there opened by any root, and read by CAP_SYS_ADMIN only.
TEST_F(CapabilitiesTest, WhatMayNotBeReadIsUnknown) {
    std::vector<EnvironmentEntry> entries;
    std::thread([&] {
        if (drop_capabilities(1ULL << CAP_SYS_ADMIN)) entries = describe_environment();
    }).join();
    const auto harden =
        std::find_if(entries.begin(), entries.end(),
                     [](const EnvironmentEntry& entry) { return entry.key == "jit_harden"; });
    ASSERT_NE(harden, entries.end());
    EXPECT_EQ(harden->value, "unknown");
}

}  // namespace
}  // namespace xdpbench::probe
