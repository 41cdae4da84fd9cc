#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "net/port_network.h"
#include "net/veth_pair_test.h"

namespace xdpbench::net {
namespace {

using std::chrono::milliseconds;

class PortNetworkTest : public VethPairTest {
  protected:
    [[nodiscard]] InterfaceInfo one() const { return query_interface(*netns_, "one").value(); }
    [[nodiscard]] Result<Network> join() const {
        return join_ports({"one", "two", false}, model::Mode::native, 0);
    }
};

TEST_F(PortNetworkTest, ACarrierThatIsThereTakesNoTime) {
    ip({"link", "set", "two", "up"});
    const auto waited = await_carrier(*netns_, one());
    ASSERT_TRUE(waited) << waited.error().text();
    EXPECT_EQ(*waited, milliseconds(0));
}

TEST_F(PortNetworkTest, ACarrierThatComesBackIsAwaited) {
    std::thread back([] {
        std::this_thread::sleep_for(milliseconds(100));
        ip({"link", "set", "two", "up"});
    });
    const auto waited = await_carrier(*netns_, one());
    back.join();
    ASSERT_TRUE(waited) << waited.error().text();
    EXPECT_GT(*waited, milliseconds(0));
}

TEST_F(PortNetworkTest, ALinkThatStaysDownIsNotAwaitedForEver) {
    const auto waited = await_carrier(*netns_, one(), milliseconds(50));
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().kind, ErrorKind::unavailable);
    EXPECT_NE(waited.error().what.find("one has had no carrier"), std::string::npos);
}

TEST_F(PortNetworkTest, APortWithoutCarrierIsNamedWithItsOption) {
    InterfaceInfo port = one();
    port.option = "--dev";
    const auto waited = require_cabled(*netns_, port, milliseconds(1000));
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().kind, ErrorKind::input);
    EXPECT_EQ(waited.error().what, "one (--dev) has had no carrier for 1 s");
    for (const char* const part : {"cable", "ip link set one up", "link partner"})
        EXPECT_NE(waited.error().advice.find(part), std::string::npos) << part;
}

TEST_F(PortNetworkTest, APortThatIsDownIsNotWaitedFor) {
    ip({"link", "set", "one", "down"});
    InterfaceInfo port = one();
    port.option = "--dev";
    const auto waited = require_cabled(*netns_, port);
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().what, "one (--dev) is down");
    EXPECT_EQ(waited.error().advice, "ip link set one up");
}

TEST_F(PortNetworkTest, EveryPortIsNamedWithItsOption) {
    ip({"link", "add", "three", "type", "veth", "peer", "name", "four"});
    const auto refusal = [](const Ports& ends) {
        const auto joined = join_ports(ends, model::Mode::native, 0);
        return joined ? std::string() : joined.error().what;
    };
    EXPECT_EQ(refusal({"one", "two", false}), "two (--peer) is down");
    EXPECT_EQ(refusal({"two", "one", false}), "two (--dev) is down");
    ip({"link", "set", "two", "up"});
    Ports ends{"one", "two", false, {}, "three", "four"};
    EXPECT_EQ(refusal(ends), "three (--out) is down");
    ip({"link", "set", "three", "up"});
    ip({"link", "set", "four", "up"});
    ends.out_peer = "five";
    ip({"link", "add", "five", "type", "veth", "peer", "name", "six"});
    EXPECT_EQ(refusal(ends), "five (--out-peer) is down");
}

TEST_F(PortNetworkTest, ALinkLocalAddressIsNoUseOfAPort) {
    ip({"link", "set", "two", "up"});
    ip({"-6", "address", "add", "fe80::1/64", "dev", "one"});
    const auto joined = join();
    EXPECT_TRUE(joined) << joined.error().text();
    ip({"-6", "address", "add", "2001:db8::1/64", "dev", "one"});
    const auto refused = join();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("address 2001:db8::1"), std::string::npos);
    EXPECT_EQ(refused.error().what.find("fe80"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::net
