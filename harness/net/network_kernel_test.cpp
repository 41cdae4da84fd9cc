#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_link.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include "base/child.h"
#include "bpf/attach.h"
#include "bpf/fixture_test.h"
#include "net/network.h"

namespace xdpbench::net {
namespace {

// The number of a namespace, as the kernel shows it.
ino_t number_of(int fd) {
    struct stat status = {};
    EXPECT_EQ(::fstat(fd, &status), 0);
    return status.st_ino;
}

ino_t own_namespace_number() {
    const UniqueFd fd(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
    return number_of(fd.get());
}

std::string output_of(const std::vector<std::string>& command) {
    const auto result = run_child(command);
    return result ? result->out : result.error().text();
}

std::string output_in(const NetNs& netns, const std::vector<std::string>& command) {
    const auto inside = InNetNs::enter(netns);
    EXPECT_TRUE(inside);
    return output_of(command);
}

// What a network must not change: the machine's interfaces and named namespaces.
std::string machine() { return output_of({"ip", "-o", "link"}) + output_of({"ip", "netns"}); }

class NetworkTest : public bpf::KernelTest {
  protected:
    static Result<bpf::Program> loaded(const std::string& name) {
        XDPBENCH_TRY(bpf::Program program, bpf::Program::open(bpf::reference_object(name)));
        XDPBENCH_CHECK(program.load());
        return program;
    }

    // What is attached to an interface, as the kernel reports it.
    static std::pair<std::uint32_t, std::uint32_t> attached(const NetNs& netns,
                                                            const InterfaceInfo& interface) {
        const auto inside = InNetNs::enter(netns);
        EXPECT_TRUE(inside);
        bpf_xdp_query_opts query = {};
        query.sz = sizeof(query);
        EXPECT_EQ(::bpf_xdp_query(static_cast<int>(interface.index), 0, &query), 0);
        return {query.attach_mode, query.prog_id};
    }
};

TEST_F(NetworkTest, InterfacesAreUpAndSilent) {
    const auto network = Network::create(2, 1514);
    ASSERT_TRUE(network) << network.error().text();
    ASSERT_EQ(network->links.size(), 2U);
    for (const Link& link : network->links) {
        EXPECT_EQ(link.dut.driver, "veth");
        EXPECT_EQ(link.dut.mtu, 1500);
        EXPECT_EQ(link.tester.mtu, 1500);
        EXPECT_EQ(link.tester.mac, (MacAddress{2, 0, 0, 0, 0, 1}));
        EXPECT_EQ(link.dut.mac, (MacAddress{2, 0, 0, 0, 0, 2}));
        const std::string dut =
            output_in(network->dut, {"ip", "-o", "link", "show", link.dut.name});
        EXPECT_NE(dut.find("LOWER_UP"), std::string::npos) << dut;
        EXPECT_NE(dut.find("NOARP"), std::string::npos) << dut;
    }
    EXPECT_EQ(output_in(network->dut, {"ip", "-6", "address"}), "");
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const auto counters = interface_counters(network->dut, "dut0");
    ASSERT_TRUE(counters);
    EXPECT_EQ(counters->rx_packets + counters->tx_packets, 0U) << "nobody sent anything";
}

TEST_F(NetworkTest, TheMtuFitsTheLongestFrame) {
    const auto network = Network::create(1, 3392);
    ASSERT_TRUE(network) << network.error().text();
    EXPECT_EQ(network->links[0].dut.mtu, 3378);
    EXPECT_EQ(network->links[0].tester.mtu, 3378);
    const auto tiny = Network::create(1, 0);
    ASSERT_TRUE(tiny) << tiny.error().text();
    EXPECT_EQ(tiny->links[0].dut.mtu, 1500);
}

TEST_F(NetworkTest, WhatCannotBeBuiltIsAnError) {
    const std::string before = machine();
    const auto network = Network::create(1, 200'000);
    ASSERT_FALSE(network);
    EXPECT_NE(network.error().what.find("ip could not build the topology"), std::string::npos)
        << network.error().text();
    EXPECT_EQ(machine(), before);
}

TEST_F(NetworkTest, TheThreadReturnsHome) {
    const ino_t home = own_namespace_number();
    const auto netns = NetNs::create();
    ASSERT_TRUE(netns);
    EXPECT_EQ(own_namespace_number(), home);
    const auto other = NetNs::create();
    ASSERT_TRUE(other);
    {
        const auto inside = InNetNs::enter(*netns);
        ASSERT_TRUE(inside);
        EXPECT_EQ(own_namespace_number(), number_of(netns->fd()));
        {
            const auto deeper = InNetNs::enter(*other);
            ASSERT_TRUE(deeper);
            EXPECT_EQ(own_namespace_number(), number_of(other->fd()));
            ino_t elsewhere = 0;
            std::thread([&] { elsewhere = own_namespace_number(); }).join();
            EXPECT_EQ(elsewhere, number_of(other->fd())) << "a new thread begins where it is made";
        }
        EXPECT_EQ(own_namespace_number(), number_of(netns->fd()));
    }
    EXPECT_EQ(own_namespace_number(), home);
}

TEST_F(NetworkTest, OtherThreadsStayWhereTheyAre) {
    const ino_t home = own_namespace_number();
    const auto netns = NetNs::create();
    ASSERT_TRUE(netns);
    ino_t elsewhere = 0;
    std::atomic<bool> entered = false;
    std::thread other([&] {
        while (!entered) std::this_thread::yield();
        elsewhere = own_namespace_number();
    });
    {
        const auto inside = InNetNs::enter(*netns);
        EXPECT_TRUE(inside);
        entered = true;
        other.join();
    }
    EXPECT_EQ(elsewhere, home);
}

TEST_F(NetworkTest, AChildIsInTheNamespaceOfItsThread) {
    const auto network = Network::create(1, 64);
    ASSERT_TRUE(network);
    EXPECT_NE(output_in(network->tester, {"ip", "-o", "link"}).find("tester0"), std::string::npos);
    EXPECT_EQ(output_of({"ip", "-o", "link"}).find("tester0"), std::string::npos);
}

TEST_F(NetworkTest, NothingIsLeft) {
    const std::string before = machine();
    {
        const auto network = Network::create(3, 1514);
        ASSERT_TRUE(network) << network.error().text();
        EXPECT_EQ(machine(), before) << "nothing of it shows outside";
    }
    EXPECT_EQ(machine(), before);
}

// The kernel counts namespaces no longer used by anything: a killed process leaves none.
TEST_F(NetworkTest, AKilledProcessLeavesNothing) {
    const std::string before = machine();
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const UniqueFd from_child(ends[0]);
    UniqueFd to_parent(ends[1]);
    const pid_t pid = ::fork();
    if (pid == 0) {
        const auto network = Network::create(1, 64);
        const auto program = loaded("xdp_drop");
        std::uint32_t id = 0;
        if (network && program) {
            const Link& link = network->links[0];
            const auto xdp_link =
                bpf::XdpLink::attach(network->dut, link.dut, program->fd(), model::Mode::native);
            if (xdp_link) id = program->info()->id;
            if (::write(to_parent.get(), &id, sizeof(id)) == sizeof(id)) ::pause();
        }
        ::_exit(1);
    }
    to_parent.reset();
    std::uint32_t id = 0;
    const ssize_t told = ::read(from_child.get(), &id, sizeof(id));
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    ASSERT_EQ(told, static_cast<ssize_t>(sizeof(id)));
    ASSERT_NE(id, 0U);
    EXPECT_EQ(machine(), before);
    EXPECT_TRUE(bpf::comes_true([&] { return !UniqueFd(::bpf_prog_get_fd_by_id(id)).valid(); }))
        << "its program is still loaded, so its interface is still there";
}

TEST_F(NetworkTest, KeepingGivesNamesThatOutliveIt) {
    const std::string before = machine();
    const std::string prefix = "xdp-bench-test-" + std::to_string(::getpid());
    std::vector<std::string> names;
    {
        const auto network = Network::create(1, 64);
        ASSERT_TRUE(network);
        const auto kept = network->keep(prefix);
        ASSERT_TRUE(kept) << kept.error().text();
        names = *kept;
    }
    ASSERT_EQ(names, (std::vector<std::string>{prefix + "-tester", prefix + "-dut"}));
    EXPECT_NE(
        output_of({"nsenter", "--net=/run/netns/" + names[1], "ip", "-o", "link"}).find("dut0"),
        std::string::npos);
    for (const std::string& name : names)
        EXPECT_EQ(run_child({"ip", "netns", "delete", name})->exit_code, 0);
    EXPECT_EQ(machine(), before);
}

TEST_F(NetworkTest, KeepingIsAllOrNothing) {
    const std::string before = machine();
    const std::string prefix = "xdp-bench-test-" + std::to_string(::getpid());
    ASSERT_EQ(run_child({"ip", "netns", "add", prefix + "-dut"})->exit_code, 0);
    const auto network = Network::create(1, 64);
    ASSERT_TRUE(network);
    const auto kept = network->keep(prefix);
    EXPECT_FALSE(kept) << "a namespace of that name is there";
    EXPECT_EQ(run_child({"ip", "netns", "delete", prefix + "-dut"})->exit_code, 0);
    EXPECT_EQ(machine(), before);
}

TEST_F(NetworkTest, TheModeAskedForIsInForce) {
    const auto network = Network::create(1, 1514);
    ASSERT_TRUE(network);
    const auto program = loaded("xdp_pass");
    ASSERT_TRUE(program);
    const InterfaceInfo& dut = network->links[0].dut;
    for (const auto& [mode, expected] : {std::pair{model::Mode::generic, XDP_ATTACHED_SKB},
                                         std::pair{model::Mode::native, XDP_ATTACHED_DRV}}) {
        {
            const auto xdp_link = bpf::XdpLink::attach(network->dut, dut, program->fd(), mode);
            ASSERT_TRUE(xdp_link) << xdp_link.error().text();
            EXPECT_EQ(attached(network->dut, dut),
                      (std::pair{std::uint32_t{expected}, program->info()->id}));
        }
        EXPECT_EQ(attached(network->dut, dut).first, std::uint32_t{XDP_ATTACHED_NONE});
    }
}

TEST_F(NetworkTest, ABusyInterfaceIsRefused) {
    const auto network = Network::create(1, 1514);
    ASSERT_TRUE(network);
    const auto program = loaded("xdp_pass");
    const auto other = loaded("xdp_drop");
    ASSERT_TRUE(program && other);
    const InterfaceInfo& dut = network->links[0].dut;
    for (const auto& [first, second] : {std::pair{model::Mode::native, model::Mode::native},
                                        std::pair{model::Mode::generic, model::Mode::generic},
                                        std::pair{model::Mode::generic, model::Mode::native},
                                        std::pair{model::Mode::native, model::Mode::generic}}) {
        const auto xdp_link = bpf::XdpLink::attach(network->dut, dut, program->fd(), first);
        ASSERT_TRUE(xdp_link) << xdp_link.error().text();
        const auto refused = bpf::XdpLink::attach(network->dut, dut, other->fd(), second);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().cause.find("another program"), std::string::npos)
            << refused.error().text();
        EXPECT_FALSE(bpf::attach_for_good(network->dut, dut, other->fd(), second));
        EXPECT_EQ(attached(network->dut, dut).second, program->info()->id);
    }
}

TEST_F(NetworkTest, WhatIsAttachedForGoodStays) {
    const auto network = Network::create(1, 1514);
    ASSERT_TRUE(network);
    const InterfaceInfo& dut = network->links[0].dut;
    std::uint32_t id = 0;
    {
        const auto program = loaded("xdp_pass");
        ASSERT_TRUE(program);
        const auto done =
            bpf::attach_for_good(network->dut, dut, program->fd(), model::Mode::native);
        ASSERT_TRUE(done) << done.error().text();
        id = program->info()->id;
    }
    EXPECT_EQ(attached(network->dut, dut), (std::pair{std::uint32_t{XDP_ATTACHED_DRV}, id}));
}

TEST_F(NetworkTest, AVethHasNoOffload) {
    const auto network = Network::create(1, 1514);
    const auto program = loaded("xdp_pass");
    ASSERT_TRUE(network && program);
    const auto refused = bpf::XdpLink::attach(network->dut, network->links[0].dut, program->fd(),
                                              model::Mode::offload);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable) << refused.error().text();
    EXPECT_NE(refused.error().text().find("its driver has no offload XDP"), std::string::npos)
        << refused.error().text();
}

TEST_F(NetworkTest, AnMtuTooLargeForNativeModeIsSaid) {
    const auto network = Network::create(1, 9014);
    const auto program = loaded("xdp_pass");
    ASSERT_TRUE(network && program);
    const auto refused = bpf::XdpLink::attach(network->dut, network->links[0].dut, program->fd(),
                                              model::Mode::native);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().cause.find("frames of 9,014 bytes"), std::string::npos)
        << refused.error().text();
}

TEST_F(NetworkTest, AnUnknownInterfaceIsAnInputError) {
    const auto netns = NetNs::create();
    ASSERT_TRUE(netns);
    const auto missing = query_interface(*netns, "eth99");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::input);
    EXPECT_EQ(missing.error().what, "there is no interface eth99");
    EXPECT_FALSE(query_interface(*netns, ""));
    EXPECT_FALSE(query_interface(*netns, "a-name-of-16-byt"));
    EXPECT_FALSE(interface_counters(*netns, "eth99"));
    const auto counters = driver_counters(*netns, "lo");
    ASSERT_TRUE(counters) << counters.error().text();
    EXPECT_TRUE(counters->empty());
}

TEST_F(NetworkTest, TheDriverCountsByName) {
    const auto network = Network::create(1, 1514);
    ASSERT_TRUE(network);
    const auto counters = driver_counters(network->dut, "dut0");
    ASSERT_TRUE(counters) << counters.error().text();
    EXPECT_EQ(counters->count("rx_queue_0_xdp_packets"), 1U);
}

}  // namespace
}  // namespace xdpbench::net
