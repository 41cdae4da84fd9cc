// The kernel's own words on attaching, and what a device declares, on veth pairs of our own.
#include <gtest/gtest.h>
#include <linux/if_link.h>

#include <cerrno>

#include "base/child.h"
#include "bpf/attach.h"
#include "bpf/fixture_test.h"
#include "bpf/program.h"
#include "net/netdev_stats.h"
#include "net/netlink.h"
#include "net/network.h"

namespace xdpbench::net {
namespace {

class NetlinkTest : public bpf::KernelTest {
  protected:
    void SetUp() override {
        bpf::KernelTest::SetUp();
        if (IsSkipped()) return;
        auto network = Network::create(1, 0);
        ASSERT_TRUE(network) << network.error().text();
        network_.emplace(std::move(*network));
    }

    [[nodiscard]] const NetNs& netns() const { return network_->dut; }
    [[nodiscard]] const InterfaceInfo& dut() const { return network_->links.front().dut; }

    static bpf::Program loaded(const std::string& object) {
        auto program = bpf::Program::open(object);
        EXPECT_TRUE(program) << program.error().text();
        const auto done = program->load();
        EXPECT_TRUE(done) << done.error().text();
        return std::move(*program);
    }
    [[nodiscard]] LinkDetails details() const {
        const auto found = query_link(netns(), dut().index);
        EXPECT_TRUE(found) << found.error().text();
        return found ? *found : LinkDetails{};
    }
    void ip(const NetNs& where, const std::vector<std::string>& words) const {
        const auto inside = InNetNs::enter(where);
        ASSERT_TRUE(inside);
        std::vector<std::string> command{"ip"};
        command.insert(command.end(), words.begin(), words.end());
        const auto done = run_child(command);
        ASSERT_TRUE(done && done->exit_code == 0) << (done ? done->err : done.error().text());
    }
    NetlinkAnswer set(const XdpRequest& request) const {
        const auto answer = set_xdp(netns(), request);
        EXPECT_TRUE(answer) << answer.error().text();
        return answer ? *answer : NetlinkAnswer{EIO, {}};
    }

    std::optional<Network> network_;
};

TEST_F(NetlinkTest, AttachesReplacesAndDetaches) {
    const bpf::Program first = loaded(bpf::reference_object("xdp_pass"));
    const bpf::Program second = loaded(bpf::reference_object("xdp_drop"));
    EXPECT_EQ(set({dut().index, first.fd(), XDP_FLAGS_DRV_MODE, {}}).error, 0);
    EXPECT_EQ(details().native_program, first.info()->id);
    // Only in the place of the one that is expected there.
    const NetlinkAnswer wrong =
        set({dut().index, second.fd(), XDP_FLAGS_DRV_MODE | XDP_FLAGS_REPLACE, second.fd()});
    EXPECT_EQ(wrong.error, EEXIST);
    EXPECT_EQ(wrong.text, "Active program does not match expected");
    EXPECT_EQ(
        set({dut().index, second.fd(), XDP_FLAGS_DRV_MODE | XDP_FLAGS_REPLACE, first.fd()}).error,
        0);
    EXPECT_EQ(details().native_program, second.info()->id);
    EXPECT_EQ(set({dut().index, -1, XDP_FLAGS_DRV_MODE, {}}).error, 0);
    EXPECT_EQ(details().native_program, 0U);
}

TEST_F(NetlinkTest, AskingLeavesNothingAttached) {
    const bpf::Program program = loaded(bpf::reference_object("xdp_pass"));
    for (const std::uint32_t mode : {XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE}) {
        const auto answer = ask_about_xdp(netns(), dut().index, program.fd(), mode);
        ASSERT_TRUE(answer) << answer.error().text();
        EXPECT_EQ(answer->error, 0) << answer->text;
        EXPECT_EQ(details().native_program, 0U);
        EXPECT_EQ(details().generic_program, 0U);
    }
}

TEST_F(NetlinkTest, AskingLeavesAloneWhatOthersAttached) {
    const bpf::Program theirs = loaded(bpf::reference_object("xdp_drop"));
    const bpf::Program ours = loaded(bpf::reference_object("xdp_pass"));
    ASSERT_EQ(set({dut().index, theirs.fd(), XDP_FLAGS_DRV_MODE, {}}).error, 0);
    const auto answer = ask_about_xdp(netns(), dut().index, ours.fd(), XDP_FLAGS_DRV_MODE);
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->error, EBUSY);
    EXPECT_EQ(answer->text, "XDP program already attached");
    EXPECT_EQ(details().native_program, theirs.info()->id);
}

TEST_F(NetlinkTest, ARefusedLinkCarriesTheKernelsText) {
    const bpf::Program program = loaded(bpf::reference_object("xdp_pass"));
    ip(network_->tester, {"link", "set", "tester0", "mtu", "9000"});
    const auto xdp_link = bpf::XdpLink::attach(netns(), dut(), program.fd(), model::Mode::native);
    ASSERT_FALSE(xdp_link);
    EXPECT_NE(xdp_link.error().what.find("Peer MTU is too large to set XDP"), std::string::npos)
        << xdp_link.error().what;
    EXPECT_NE(xdp_link.error().cause.find("fit one page"), std::string::npos);
    EXPECT_EQ(details().native_program, 0U);
}

TEST_F(NetlinkTest, AProgramAttachedInTheOtherModeIsNamed) {
    const bpf::Program program = loaded(bpf::reference_object("xdp_pass"));
    const bpf::Program other = loaded(bpf::reference_object("xdp_drop"));
    for (const auto& [first, second] : {std::pair{model::Mode::native, model::Mode::generic},
                                        std::pair{model::Mode::generic, model::Mode::native}}) {
        const auto xdp_link = bpf::XdpLink::attach(netns(), dut(), program.fd(), first);
        ASSERT_TRUE(xdp_link) << xdp_link.error().text();
        const auto refused = bpf::XdpLink::attach(netns(), dut(), other.fd(), second);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().what.find("the kernel reports: Native and generic XDP can't be"),
                  std::string::npos)
            << refused.error().what;
    }
}

TEST_F(NetlinkTest, AttachingTheSameProgramAgainDoesNotTakeItOff) {
    const bpf::Program program = loaded(bpf::reference_object("xdp_pass"));
    ASSERT_TRUE(bpf::attach_for_good(netns(), dut(), program.fd(), model::Mode::native));
    const auto refused = bpf::XdpLink::attach(netns(), dut(), program.fd(), model::Mode::native);
    ASSERT_FALSE(refused);
    EXPECT_EQ(details().native_program, program.info()->id);
}

TEST_F(NetlinkTest, AReplacedProgramOfALink) {
    const bpf::Program program = loaded(bpf::reference_object("xdp_pass"));
    const bpf::Program other = loaded(bpf::reference_object("xdp_drop"));
    auto xdp_link = bpf::XdpLink::attach(netns(), dut(), program.fd(), model::Mode::native);
    ASSERT_TRUE(xdp_link) << xdp_link.error().text();
    ASSERT_TRUE(xdp_link->replace(other.fd()));
    EXPECT_EQ(details().native_program, other.info()->id);
    ip(netns(), {"link", "delete", dut().name});
    const auto replaced = xdp_link->replace(program.fd());
    ASSERT_FALSE(replaced);
    EXPECT_NE(replaced.error().cause.find("removed"), std::string::npos) << replaced.error().text();
}

TEST_F(NetlinkTest, LinkDetailsOfAVeth) {
    const LinkDetails xdp_link = details();
    EXPECT_TRUE(xdp_link.up);
    EXPECT_TRUE(xdp_link.carrier);
    EXPECT_EQ(xdp_link.rx_queues, 1U);
    EXPECT_EQ(xdp_link.tx_queues, 1U);
    EXPECT_EQ(xdp_link.min_mtu, 68U);
    EXPECT_EQ(xdp_link.max_mtu, 65535U);
    EXPECT_FALSE(query_link(netns(), 4711));
}

TEST_F(NetlinkTest, DeclaredFeaturesOfAVeth) {
    const auto declared = declared_xdp(netns(), dut().index);
    ASSERT_TRUE(declared) << declared.error().text();
    if (!*declared) GTEST_SKIP() << "this kernel has no netlink family netdev (6.3)";
    const std::string names = xdp_feature_names((*declared)->features);
    EXPECT_TRUE(names.starts_with("basic, redirect")) << names;
    EXPECT_FALSE(declared_xdp(netns(), 4711));
}

// A list ends otherwise than what has one answer.
TEST_F(NetlinkTest, ListsOfAVethAreEmptyOrUnknown) {
    const auto pools = page_pools(netns(), dut().index);
    ASSERT_TRUE(pools) << pools.error().text();
    EXPECT_TRUE(!*pools || (*pools)->empty());
    const auto counters = queue_counters(netns(), dut().index);
    ASSERT_TRUE(counters) << counters.error().text();
    EXPECT_FALSE(*counters);
}

TEST(XdpFeatureNames, UnknownBitsByNumber) {
    EXPECT_EQ(xdp_feature_names(0), "none");
    EXPECT_EQ(xdp_feature_names(0x10), "hw-offload");
    EXPECT_EQ(xdp_feature_names(0x81), "basic, bit 7");
}

}  // namespace
}  // namespace xdpbench::net
