// The kernel's own words on attaching, and what a device declares, on veth pairs of our own.
#include <gtest/gtest.h>
#include <linux/if_link.h>

#include <cerrno>

#include "base/child.h"
#include "kernel/attach.h"
#include "kernel/fixture_test.h"
#include "kernel/netlink.h"
#include "kernel/program.h"
#include "kernel/topology.h"

namespace xdpbench {
namespace {

class NetlinkTest : public KernelTest {
  protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped()) return;
        auto topology = Topology::create(1, 0);
        ASSERT_TRUE(topology) << topology.error().text();
        topology_.emplace(std::move(*topology));
    }

    [[nodiscard]] const NetNs& netns() const { return topology_->dut; }
    [[nodiscard]] const InterfaceInfo& dut() const { return topology_->lanes.front().dut; }

    static Program loaded(const std::string& object) {
        auto program = Program::open(object);
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

    std::optional<Topology> topology_;
};

TEST_F(NetlinkTest, AttachesReplacesAndDetaches) {
    const Program first = loaded(reference_object("xdp_pass"));
    const Program second = loaded(reference_object("xdp_drop"));
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
    const Program program = loaded(reference_object("xdp_pass"));
    for (const std::uint32_t mode : {XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE}) {
        const auto answer = ask_about_xdp(netns(), dut().index, program.fd(), mode);
        ASSERT_TRUE(answer) << answer.error().text();
        EXPECT_EQ(answer->error, 0) << answer->text;
        EXPECT_EQ(details().native_program, 0U);
        EXPECT_EQ(details().generic_program, 0U);
    }
}

TEST_F(NetlinkTest, AskingLeavesAloneWhatOthersAttached) {
    const Program theirs = loaded(reference_object("xdp_drop"));
    const Program ours = loaded(reference_object("xdp_pass"));
    ASSERT_EQ(set({dut().index, theirs.fd(), XDP_FLAGS_DRV_MODE, {}}).error, 0);
    const auto answer = ask_about_xdp(netns(), dut().index, ours.fd(), XDP_FLAGS_DRV_MODE);
    ASSERT_TRUE(answer) << answer.error().text();
    EXPECT_EQ(answer->error, EBUSY);
    EXPECT_EQ(answer->text, "XDP program already attached");
    EXPECT_EQ(details().native_program, theirs.info()->id);
}

TEST_F(NetlinkTest, ARefusedLinkCarriesTheKernelsText) {
    const Program program = loaded(reference_object("xdp_pass"));
    ip(topology_->tester, {"link", "set", "tester0", "mtu", "9000"});
    const auto link = XdpLink::attach(netns(), dut(), program.fd(), Mode::native);
    ASSERT_FALSE(link);
    EXPECT_NE(link.error().what.find("Peer MTU is too large to set XDP"), std::string::npos)
        << link.error().what;
    EXPECT_NE(link.error().cause.find("MTU"), std::string::npos);
    EXPECT_EQ(details().native_program, 0U);
}

TEST_F(NetlinkTest, AProgramAttachedInTheOtherModeIsNamed) {
    const Program program = loaded(reference_object("xdp_pass"));
    const Program other = loaded(reference_object("xdp_drop"));
    for (const auto& [first, second] :
         {std::pair{Mode::native, Mode::generic}, std::pair{Mode::generic, Mode::native}}) {
        const auto link = XdpLink::attach(netns(), dut(), program.fd(), first);
        ASSERT_TRUE(link) << link.error().text();
        const auto refused = XdpLink::attach(netns(), dut(), other.fd(), second);
        ASSERT_FALSE(refused);
        EXPECT_NE(refused.error().what.find("the kernel says: Native and generic XDP can't be"),
                  std::string::npos)
            << refused.error().what;
    }
}

TEST_F(NetlinkTest, AttachingTheSameProgramAgainDoesNotTakeItOff) {
    const Program program = loaded(reference_object("xdp_pass"));
    ASSERT_TRUE(attach_for_good(netns(), dut(), program.fd(), Mode::native));
    const auto refused = XdpLink::attach(netns(), dut(), program.fd(), Mode::native);
    ASSERT_FALSE(refused);
    EXPECT_EQ(details().native_program, program.info()->id);
}

TEST_F(NetlinkTest, AReplacedProgramOfALink) {
    const Program program = loaded(reference_object("xdp_pass"));
    const Program other = loaded(reference_object("xdp_drop"));
    auto link = XdpLink::attach(netns(), dut(), program.fd(), Mode::native);
    ASSERT_TRUE(link) << link.error().text();
    ASSERT_TRUE(link->replace(other.fd()));
    EXPECT_EQ(details().native_program, other.info()->id);
    ip(netns(), {"link", "delete", dut().name});
    const auto replaced = link->replace(program.fd());
    ASSERT_FALSE(replaced);
    EXPECT_NE(replaced.error().cause.find("removed"), std::string::npos) << replaced.error().text();
}

TEST_F(NetlinkTest, LinkDetailsOfAVeth) {
    const LinkDetails link = details();
    EXPECT_TRUE(link.up);
    EXPECT_TRUE(link.carrier);
    EXPECT_EQ(link.rx_queues, 1U);
    EXPECT_EQ(link.tx_queues, 1U);
    EXPECT_EQ(link.min_mtu, 68U);
    EXPECT_EQ(link.max_mtu, 65535U);
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

TEST(XdpFeatureNames, UnknownBitsByNumber) {
    EXPECT_EQ(xdp_feature_names(0), "none");
    EXPECT_EQ(xdp_feature_names(0x10), "hw-offload");
    EXPECT_EQ(xdp_feature_names(0x81), "basic, bit 7");
}

}  // namespace
}  // namespace xdpbench
