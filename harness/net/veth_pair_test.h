// A veth pair, one and two, for the tests of ports.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/child.h"
#include "net/netns.h"

namespace xdpbench::net {

// In a namespace of its own, which the test is in. `one` is up.
class VethPairTest : public testing::Test {
  protected:
    void SetUp() override {
        auto netns = NetNs::create();
        ASSERT_TRUE(netns) << netns.error().text();
        netns_.emplace(std::move(*netns));
        auto inside = InNetNs::enter(*netns_);
        ASSERT_TRUE(inside) << inside.error().text();
        inside_.emplace(std::move(*inside));
        ip({"link", "add", "one", "type", "veth", "peer", "name", "two"});
        ip({"link", "set", "one", "up"});
    }
    static void ip(std::vector<std::string> words) {
        words.insert(words.begin(), "ip");
        const auto done = run_child(words);
        ASSERT_TRUE(done) << done.error().text();
        ASSERT_EQ(done->exit_code, 0) << done->err;
    }

    std::optional<NetNs> netns_;
    std::optional<InNetNs> inside_;
};

}  // namespace xdpbench::net
