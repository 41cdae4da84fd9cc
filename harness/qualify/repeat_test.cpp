#include "qualify/repeat.h"

#include <gtest/gtest.h>

namespace xdpbench::qualify {
namespace {

Options two_ports() {
    Options options;
    options.device = "eth1";
    options.peer = "eth2";
    return options;
}

TEST(RepeatOf, NamesPortsAndCase) {
    EXPECT_EQ(repeat_of(two_ports(), "data.loss"),
              "xdp-bench qualify --dev eth1 --peer eth2 -- --gtest_filter=qualify.data.loss");
    Options one = two_ports();
    one.peer.reset();
    EXPECT_EQ(repeat_of(one, "control.refuse_mtu"),
              "xdp-bench qualify --dev eth1 -- --gtest_filter=qualify.control.refuse_mtu");
}

TEST(RepeatOf, KeepsWhatTheCaseDependsOn) {
    Options options = two_ports();
    options.remote_place = "ssh:-p 2222 root@host";
    options.remote_tool = "sudo sh -c 'x'";
    options.at_least = LeastRate{0, 0.5, "50%"};
    options.duration = "200ms";
    EXPECT_EQ(repeat_of(options, "speed.drop"),
              "xdp-bench qualify --dev eth1 --peer eth2 --remote 'ssh:-p 2222 root@host' "
              "--remote-tool 'sudo sh -c '\\''x'\\''' --at-least 50% --duration 200ms -- "
              "--gtest_filter=qualify.speed.drop");
}

TEST(RatesCommandOf, NamesThePorts) {
    Options options = two_ports();
    options.remote_place = "netns:tester";
    EXPECT_EQ(rates_command_of(options),
              "xdp-bench --prog xdp_drop,xdp_tx --only bench,search --prepare --dev eth1 --peer "
              "eth2 --remote netns:tester");
}

TEST(RepeatOf, TakesThePlaceFromTheEnvironmentAgain) {
    Options options = two_ports();
    options.remote_place = "env";
    EXPECT_NE(repeat_of(options, "data.loss").find(" --remote env "), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::qualify
