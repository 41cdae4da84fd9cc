#include "run/repeat.h"

#include <gtest/gtest.h>

namespace xdpbench::run {
namespace {

target::Target named(const char* option) {
    target::Target target;
    target.option = option;
    return target;
}

TEST(RepeatOfRun, HasTheValuesThatWereSet) {
    RunOptions options;
    options.settings = {"port=9", "ip=198.18.0.1 x"};
    options.shared_state.allow = true;
    options.device = "eth1";
    EXPECT_EQ(repeat_of(named("--prog lb"), options, "--only check"),
              "xdp-bench run --prog lb --only check --set port=9 --set 'ip=198.18.0.1 x' "
              "--allow-state-changes");
}

TEST(RepeatOfRun, HasAllThatWasTypedOfPorts) {
    RunOptions options;
    const target::Target target = named("--prog lb");
    EXPECT_EQ(repeat_over_ports(target, options, "--only replay"),
              "xdp-bench run --prog lb --only replay");
    options.device = "eth1";
    options.peer = "eth2";
    options.remote_tool = "sudo xdp-bench";
    options.out = "eth3";
    options.out_peer = "eth4";
    options.queues = {1, 4, 2};
    options.prepare = options.take_over = true;
    options.xsk = model::XskMode::copy;
    EXPECT_EQ(repeat_over_ports(target, options, "--only replay"),
              "xdp-bench run --prog lb --only replay --dev eth1 --peer eth2 --remote-tool 'sudo "
              "xdp-bench' --out eth3 --out-peer eth4 --queues 4 --prepare --take-over --xsk-mode "
              "copy");
}

TEST(RepeatOfRun, PinsTheMapsThatWerePinned) {
    RunOptions options;
    options.pin_maps = true;
    EXPECT_EQ(repeat_of(named("--prog lb"), options, "--only check"),
              "xdp-bench run --prog lb --only check --pin-maps");
}

}  // namespace
}  // namespace xdpbench::run
