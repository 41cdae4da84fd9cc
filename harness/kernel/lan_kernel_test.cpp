// Real tools through real stacks: ping in a LAN of namespaces, past a program on one of the hosts.
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "base/child.h"
#include "kernel/attach.h"
#include "kernel/fixture_test.h"
#include "kernel/lan_topology.h"
#include "kernel/request_capture_test.h"

namespace xdpbench {
namespace {

constexpr const char* kClient = "192.168.1.1";
constexpr const char* kServer = "192.168.1.2";
constexpr const char* kPython = "/usr/bin/python3";  // Debian's, which has Debian's Scapy

struct Ping {
    int exit_code = -1;
    std::string out;
};

class LanTest : public KernelTest, public testing::WithParamInterface<Mode> {
  protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped()) return;
        if (const auto there = run_child({"ping", "-V"}); !there)
            GTEST_SKIP() << there.error().text();
        auto lan = LanTopology::create({{kClient, "02:00:00:00:01:01"},
                                        {kServer, "02:00:00:00:01:02"},
                                        {"192.168.1.3", "52:54:00:ff:ff:55"},
                                        {"192.168.1.4", "52:54:00:5d:6e:a1"}});
        ASSERT_TRUE(lan) << lan.error().text();
        lan_.emplace(std::move(*lan));
    }

    LanHost& client() { return lan_->hosts[0]; }
    LanHost& server() { return lan_->hosts[1]; }

    // Loads a reference program and attaches it to the server's interface.
    void attach(const std::string& name, const Configuration& configuration = {}) {
        auto program = Program::open(reference_object(name));
        ASSERT_TRUE(program) << program.error().text();
        const auto configured = program->configure(configuration);
        ASSERT_TRUE(configured) << configured.error().text();
        const auto loaded = program->load();
        ASSERT_TRUE(loaded) << loaded.error().text();
        program_.emplace(std::move(*program));
        auto link = XdpLink::attach(server().netns, server().interface, program_->fd(), GetParam());
        ASSERT_TRUE(link) << link.error().text();
        link_.emplace(std::move(*link));
    }

    Ping ping(int count) {
        const auto inside = InNetNs::enter(client().netns);
        EXPECT_TRUE(inside);
        const auto done = run_child(
            {"ping", "-n", "-c", std::to_string(count), "-i", "0.05", "-W", "1", kServer});
        EXPECT_TRUE(done) << done.error().text();
        return done ? Ping{done->exit_code, done->out} : Ping{};
    }

    // A map of the program under test, changed while the program runs.
    int map(const char* name) { return ::bpf_map__fd(program_->find_map(name)); }

    std::optional<LanTopology> lan_;
    std::optional<Program> program_;
    std::optional<XdpLink> link_;
};

TEST_P(LanTest, WithoutAProgramPingIsAnswered) {
    const Ping plain = ping(2);
    EXPECT_EQ(plain.exit_code, 0) << plain.out;
    EXPECT_EQ(plain.out.find("DIFFERENT ADDRESS"), std::string::npos) << plain.out;
}

TEST_P(LanTest, IcmpLbLetsBothBackendsAnswerInTurn) {
    Configuration configuration;
    configuration.globals = {{"lb_ip", scalar(kServer)}, {"backend_count", scalar("2")}};
    MapContent backends{{}, "backends", {}};
    const auto backend = [](const char* ip, const char* mac) {
        return fields({{"ip", scalar(ip)}, {"mac", scalar(mac)}});
    };
    backends.entries = {
        {scalar("0"), backend("192.168.1.3", "52:54:00:ff:ff:55"), std::nullopt, false},
        {scalar("1"), backend("192.168.1.4", "52:54:00:5d:6e:a1"), std::nullopt, false}};
    configuration.maps = {backends};
    attach("icmp_lb", configuration);
    if (HasFatalFailure()) return;
    RequestCapture first(lan_->hosts[2]);
    RequestCapture second(lan_->hosts[3]);
    const Ping answered = ping(6);
    EXPECT_EQ(answered.exit_code, 0) << answered.out;
    for (int sequence = 1; sequence <= 6; ++sequence) {
        const std::string line = fmt::format("64 bytes from 192.168.1.{}: icmp_seq={} ",
                                             sequence % 2 == 1 ? 3 : 4, sequence);
        EXPECT_NE(answered.out.find(line), std::string::npos) << line << "\n" << answered.out;
    }
    EXPECT_NE(answered.out.find("(DIFFERENT ADDRESS!)"), std::string::npos) << answered.out;
    EXPECT_EQ(first.sequence_numbers(), (std::vector<int>{1, 3, 5}));
    EXPECT_EQ(second.sequence_numbers(), (std::vector<int>{2, 4, 6}));
}

// The program tells of pings and blocks those of an address in its map, which changes under way.
TEST_P(LanTest, DetectPingBlocksWhileItIsTold) {
    if (!std::filesystem::exists(reference_object("detect_ping")))
        GTEST_SKIP() << "there is no reference program detect_ping";
    attach("detect_ping");
    if (HasFatalFailure()) return;
    EXPECT_EQ(ping(2).exit_code, 0) << "not blocked yet";
    in_addr client_address = {};
    ASSERT_EQ(::inet_pton(AF_INET, kClient, &client_address), 1);
    const std::uint8_t blocked = 1;
    ASSERT_EQ(::bpf_map_update_elem(map("blocked"), &client_address, &blocked, BPF_ANY), 0);
    const Ping refused = ping(2);
    EXPECT_EQ(refused.exit_code, 1) << refused.out;
    EXPECT_NE(refused.out.find("100% packet loss"), std::string::npos) << refused.out;
    ASSERT_EQ(::bpf_map_delete_elem(map("blocked"), &client_address), 0);
    EXPECT_EQ(ping(2).exit_code, 0) << "no longer blocked, without attaching anew";
}

// A packet made by Scapy gets an answer, and with its source in the program's map none.
TEST_P(LanTest, IpFilterLetsAScapyPacketGoUnanswered) {
    const std::string script = fmt::format(
        "from scapy.all import *\n"
        "conf.verb = 0\n"
        "answer = srp1(Ether(src='02:00:00:00:01:01', dst='02:00:00:00:01:02')"
        "/IP(src='{}', dst='{}')/ICMP(id=7, seq=1), iface='lan0', timeout=1)\n"
        "print('answered' if answer is not None and ICMP in answer else 'no answer')\n",
        kClient, kServer);
    const auto scapy = [&] {
        const auto inside = InNetNs::enter(client().netns);
        EXPECT_TRUE(inside);
        return run_child({kPython, "-c", script}, {}, {std::chrono::seconds(60), 1 << 20});
    };
    const auto there = run_child({kPython, "-c", "import scapy"});
    if (!there || there->exit_code != 0) GTEST_SKIP() << "Scapy is missing (scripts/setup test)";
    attach("ip_filter");
    if (HasFatalFailure()) return;
    const auto before = scapy();
    ASSERT_TRUE(before) << before.error().text();
    EXPECT_EQ(before->out, "answered\n") << before->err;
    in_addr client_address = {};
    ASSERT_EQ(::inet_pton(AF_INET, kClient, &client_address), 1);
    const std::uint32_t zero = 0;
    ASSERT_EQ(::bpf_map_update_elem(map("ip"), &zero, &client_address, BPF_ANY), 0);
    const auto after = scapy();
    ASSERT_TRUE(after) << after.error().text();
    EXPECT_EQ(after->out, "no answer\n") << after->err;
}

INSTANTIATE_TEST_SUITE_P(Modes, LanTest, testing::Values(Mode::generic, Mode::native),
                         mode_as_name);

}  // namespace
}  // namespace xdpbench
