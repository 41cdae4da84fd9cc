// Queues of a veth pair of our own are set, read, recorded and restored.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "net/network.h"
#include "net/port_queues.h"
#include "net/recorded_change.h"

namespace xdpbench::net {
namespace {

#define REQUIRE_ROOT() \
    if (::geteuid() != 0) GTEST_SKIP() << "needs root"

constexpr std::size_t kQueues = 4;

TEST(PortQueues, OfAVethAreBothDirections) {
    REQUIRE_ROOT();
    const auto network = Network::create(1, 1514, model::NetworkKind::pair, kQueues);
    ASSERT_TRUE(network) << network.error().text();
    const std::string& port = network->links[0].dut.name;
    const auto most = most_queues(network->dut, port);
    ASSERT_TRUE(most) << most.error().text();
    EXPECT_EQ(*most, kQueues);
    EXPECT_EQ(receive_queues(network->dut, port), kQueues);
    const Result<void> set = set_queues(network->dut, {port}, 2);
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ(receive_queues(network->dut, port), 2U);
    const auto channels = query_channels(network->dut, port);
    ASSERT_TRUE(channels);
    EXPECT_EQ(channels->tx, 2U);
}

TEST(PortQueues, AreRestoredAsTheyWereRecorded) {
    REQUIRE_ROOT();
    const auto network = Network::create(1, 1514, model::NetworkKind::pair, kQueues);
    ASSERT_TRUE(network) << network.error().text();
    const std::string& port = network->links[0].dut.name;
    const auto folder = std::filesystem::temp_directory_path() / "xdp-bench-queues-test";
    {
        const auto change = RecordedChange::begin(network->dut, {{port, "channels"}}, folder);
        ASSERT_TRUE(change) << change.error().text();
        ASSERT_TRUE(set_queues(network->dut, {port}, 1));
        const auto state = read_state(network->dut, port, "channels");
        ASSERT_TRUE(state);
        EXPECT_EQ(state->value, "1/1");
    }
    EXPECT_EQ(receive_queues(network->dut, port), kQueues);
    std::filesystem::remove_all(folder);
}

TEST(PortQueues, WithoutChannelsCannotBeSet) {
    const auto here = NetNs::current();
    ASSERT_TRUE(here);
    const auto most = most_queues(*here, "nosuch");
    ASSERT_FALSE(most);
    EXPECT_EQ(most.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(receive_queues(*here, "nosuch"), 1U);
}

TEST(PortQueues, OnlyAVethChangesThoseOfItsPeer) {
    InterfaceInfo device;
    device.name = "eth1";
    device.driver = "igb";
    using Names = std::vector<std::string>;
    EXPECT_EQ(ports_with_queues(device, {"eth1", "eth2"}), Names{"eth1"});
    device.driver = "veth";
    EXPECT_EQ(ports_with_queues(device, {"eth1", "eth2"}), (Names{"eth1", "eth2"}));
    EXPECT_EQ(ports_with_queues(device, {"eth1", ""}), Names{"eth1"});
}

}  // namespace
}  // namespace xdpbench::net
