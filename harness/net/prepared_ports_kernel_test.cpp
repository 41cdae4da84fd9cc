#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iterator>
#include <system_error>

#include "base/child.h"
#include "base/file.h"
#include "net/prepared_ports.h"
#include "net/recorded_change.h"
#include "net/veth_pair_test.h"

namespace xdpbench::net {
namespace {

namespace fs = std::filesystem;

// With a folder for records.
class PreparedPortsTest : public VethPairTest {
  protected:
    void SetUp() override {
        ASSERT_NO_FATAL_FAILURE(VethPairTest::SetUp());
        ip({"link", "set", "two", "up"});
        // Off by default, and in the way when it is on.
        const Result<void> done = write_state(*netns_, {"one", "gro", "on"});
        ASSERT_TRUE(done) << done.error().text();
        std::string name = "/tmp/xdp-bench-prepared-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = name;
    }
    void TearDown() override {
        std::error_code error;
        if (!folder_.empty()) fs::remove_all(folder_, error);
    }
    [[nodiscard]] std::string value(const char* port, const char* name) const {
        const auto read = read_state(*netns_, port, name);
        EXPECT_TRUE(read) << read.error().text();
        return read ? read->value : "";
    }
    [[nodiscard]] std::size_t records() const {
        std::error_code error;
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator(folder_, error), fs::directory_iterator()));
    }
    [[nodiscard]] Result<PreparedPorts> prepare() const {
        return PreparedPorts::prepare(*netns_, {"one", "two"}, folder_);
    }

    fs::path folder_;
};

TEST_F(PreparedPortsTest, WhatIsInTheWayIsOffMeanwhile) {
    ASSERT_EQ(value("one", "gro"), "on");
    ASSERT_EQ(value("one", "ipv6"), "on");
    ASSERT_EQ(value("one", "rx-vlan-offload"), "on");
    {
        const auto prepared = prepare();
        ASSERT_TRUE(prepared) << prepared.error().text();
        for (const char* const name : {"gro", "ipv6", "rx-vlan-offload"})
            EXPECT_EQ(value("one", name), "off") << name;
        EXPECT_EQ(records(), 1U);
        EXPECT_GE(prepared->changed().size(), 5U);  // of both ports, and gro of one
    }
    for (const char* const name : {"gro", "ipv6", "rx-vlan-offload"})
        EXPECT_EQ(value("one", name), "on") << name;
    EXPECT_EQ(value("two", "gro"), "off");
    EXPECT_EQ(records(), 0U);
}

TEST_F(PreparedPortsTest, WithAnAddressOfItsOwnIpv6Stays) {
    ip({"-6", "address", "add", "2001:db8::1/64", "dev", "one"});
    const auto prepared = prepare();
    ASSERT_TRUE(prepared) << prepared.error().text();
    EXPECT_EQ(value("one", "ipv6"), "on");
    EXPECT_EQ(value("two", "ipv6"), "off");
}

TEST_F(PreparedPortsTest, WithoutARecordNothingIsChanged) {
    fs::remove(folder_);
    std::ofstream(folder_) << "a file where the folder should be";
    const auto prepared = prepare();
    ASSERT_FALSE(prepared);
    EXPECT_EQ(value("one", "gro"), "on");
}

TEST_F(PreparedPortsTest, AKilledRunLeavesARecordThatTheNextOneFinds) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto prepared = prepare();
        ::raise(SIGKILL);
    }
    ::waitpid(child, nullptr, 0);
    EXPECT_EQ(value("one", "gro"), "off");
    const auto left = left_settings(folder_);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_NE(std::find(left[0].were.begin(), left[0].were.end(), PortState{"one", "gro", "on"}),
              left[0].were.end());
    const Result<void> restored = restore_left(left[0]);
    ASSERT_TRUE(restored) << restored.error().text();
    for (const char* const name : {"gro", "ipv6", "rx-vlan-offload"})
        EXPECT_EQ(value("one", name), "on") << name;
    EXPECT_EQ(value("two", "gro"), "off");
    EXPECT_TRUE(left_settings(folder_).empty());
}

TEST_F(PreparedPortsTest, ARunThatGoesOnIsNotMistakenForAKilledOne) {
    const auto prepared = prepare();
    ASSERT_TRUE(prepared) << prepared.error().text();
    EXPECT_EQ(records(), 1U);
    EXPECT_TRUE(left_settings(folder_).empty());
}

TEST_F(PreparedPortsTest, AProcessThatNobodyWaitsForHasEnded) {
    const pid_t child = ::fork();
    if (child == 0) {
        Result<PreparedRecord> record = begin_record(*netns_);
        if (record) record->were.push_back({"one", "gro", "on"});
        ::_exit(record && write_record(folder_ / "1.settings", *record) ? 0 : 1);
    }
    ASSERT_GT(child, 0);
    siginfo_t ended{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
    EXPECT_EQ(ended.si_status, 0);
    EXPECT_EQ(left_settings(folder_).size(), 1U);
    EXPECT_EQ(::waitpid(child, nullptr, 0), child);
}

TEST_F(PreparedPortsTest, PortsOfAnotherNamespaceAreNotTouched) {
    {
        std::ofstream record(folder_ / "1.settings");
        record << "process 2147483647 1\nnamespace net:[1]\nport one gro\n";
    }
    EXPECT_TRUE(left_settings(folder_).empty());
}

TEST_F(PreparedPortsTest, ALaterNamespaceWithTheSameNumberIsAnother) {
    PreparedRecord record{
        1, "never", own_namespace(), netns_->cookie() + 1, {{"one", "gro", "on"}}};
    if (netns_->cookie() == 0) GTEST_SKIP() << "the kernel has no cookies of namespaces";
    ASSERT_TRUE(write_record(folder_ / "1.settings", record));
    EXPECT_TRUE(left_settings(folder_).empty());
    const auto elsewhere = left_elsewhere(folder_);
    ASSERT_EQ(elsewhere.size(), 1U);
    EXPECT_TRUE(elsewhere[0].gone);
    EXPECT_TRUE(forget(elsewhere[0].settings));
    EXPECT_EQ(records(), 0U);
}

TEST_F(PreparedPortsTest, WhatIsLeftInAnotherNamespaceIsFoundThere) {
    const auto other = NetNs::create();
    ASSERT_TRUE(other) << other.error().text();
    {
        const auto inside = InNetNs::enter(*other);
        ASSERT_TRUE(inside) << inside.error().text();
        const PreparedRecord record{
            1, "never", own_namespace(), other->cookie(), {{"far", "gro", "on"}}};
        ASSERT_TRUE(write_record(folder_ / "1.settings", record));
        EXPECT_TRUE(left_elsewhere(folder_).empty());
    }
    EXPECT_TRUE(left_settings(folder_).empty());
    const auto elsewhere = left_elsewhere(folder_);
    ASSERT_EQ(elsewhere.size(), 1U);
    EXPECT_FALSE(elsewhere[0].gone);
    EXPECT_EQ(elsewhere[0].settings.were, (std::vector<PortState>{{"far", "gro", "on"}}));
    EXPECT_EQ(elsewhere[0].name, "");
}

TEST_F(PreparedPortsTest, ANamespaceThatIsNotFoundMayStillBeThere) {
    {
        std::ofstream record(folder_ / "1.settings");
        record << "process 2147483647 1\nnamespace net:[1]\nport one gro\n";
    }
    const auto elsewhere = left_elsewhere(folder_, folder_ / "no-names");
    ASSERT_EQ(elsewhere.size(), 1U);
    EXPECT_FALSE(elsewhere[0].gone);
}

TEST_F(PreparedPortsTest, APortThatIsGoneNeedsNothing) {
    const LeftSettings left{folder_ / "1.settings", {{"gone", "gro", "on"}}};
    EXPECT_TRUE(restore_left(left));
}

TEST_F(PreparedPortsTest, AChangedValueIsRecordedUntilItIsRestored) {
    ip({"link", "set", "one", "mtu", "1600"});
    {
        auto change = RecordedChange::begin(*netns_, {{"one", "mtu"}}, folder_);
        ASSERT_TRUE(change) << change.error().text();
        EXPECT_EQ(records(), 1U);
        ip({"link", "set", "one", "mtu", "2000"});
    }
    EXPECT_EQ(records(), 0U);
    EXPECT_EQ(read_state(*netns_, "one", "mtu")->value, "1600");
}

TEST_F(PreparedPortsTest, APortThatVanishesDoesNotKeepOthersFromBeingRestored) {
    ip({"link", "add", "lost", "type", "veth", "peer", "name", "lost-peer"});
    auto prepared = PreparedPorts::prepare(*netns_, {"one", "lost", "two"}, folder_);
    ASSERT_TRUE(prepared) << prepared.error().text();
    ASSERT_EQ(value("one", "ipv6"), "off");
    ip({"link", "delete", "lost"});
    const Result<void> restored = prepared->restore();
    ASSERT_FALSE(restored);
    EXPECT_NE(restored.error().what.find("of lost"), std::string::npos) << restored.error().text();
    for (const char* const name : {"gro", "ipv6", "rx-vlan-offload"})
        EXPECT_EQ(value("one", name), "on") << name;
    EXPECT_EQ(value("two", "ipv6"), "on");
    EXPECT_EQ(records(), 1U);
}

TEST_F(PreparedPortsTest, AValueOfAPortThatVanishesDoesNotKeepOthersFromBeingRestored) {
    ip({"link", "add", "lost", "type", "veth", "peer", "name", "lost-peer"});
    {
        const auto change = RecordedChange::begin(
            *netns_, {{"one", "mtu"}, {"lost", "mtu"}, {"two", "mtu"}}, folder_);
        ASSERT_TRUE(change) << change.error().text();
        for (const char* const port : {"one", "lost", "two"})
            ip({"link", "set", port, "mtu", "2000"});
        ip({"link", "delete", "lost"});
    }
    EXPECT_EQ(read_state(*netns_, "one", "mtu")->value, "1500");
    EXPECT_EQ(read_state(*netns_, "two", "mtu")->value, "1500");
    EXPECT_EQ(records(), 1U);
}

// The MTU of a macvlan is at most that of the port below it: what was lowered first, above, can be
// raised only after the port below.
TEST_F(PreparedPortsTest, ValuesAreRestoredInTheOppositeOrder) {
    const auto added =
        run_child({"ip", "link", "add", "link", "one", "name", "above", "type", "macvlan"});
    if (!added || added->exit_code != 0) GTEST_SKIP() << "the kernel has no macvlan";
    ip({"link", "set", "one", "mtu", "2000"});
    ip({"link", "set", "above", "mtu", "2000"});
    const std::vector<RecordedChange::Place> places{{"above", "mtu"}, {"one", "mtu"}};
    const auto lower = [] {
        ip({"link", "set", "above", "mtu", "1500"});
        ip({"link", "set", "one", "mtu", "1500"});
    };
    {
        const auto change = RecordedChange::begin(*netns_, places, folder_);
        ASSERT_TRUE(change) << change.error().text();
        lower();
    }
    EXPECT_EQ(records(), 0U);
    EXPECT_EQ(read_state(*netns_, "above", "mtu")->value, "2000");
    lower();
    const LeftSettings left{folder_ / "1.settings",
                            {{"above", "mtu", "2000"}, {"one", "mtu", "2000"}}};
    const Result<void> restored = restore_left(left);
    EXPECT_TRUE(restored) << restored.error().text();
    EXPECT_EQ(read_state(*netns_, "above", "mtu")->value, "2000");
}

TEST_F(PreparedPortsTest, ASettingThatCannotBeRestoredDoesNotKeepOthersChanged) {
    const PreparedRecord record{
        1, "never", own_namespace(), 0, {{"one", "no-such", "on"}, {"one", "mtu", "1700"}}};
    ASSERT_TRUE(write_record(folder_ / "1.settings", record));
    EXPECT_FALSE(restore_left(left_settings(folder_).at(0)));
    EXPECT_EQ(read_state(*netns_, "one", "mtu")->value, "1700");
    EXPECT_EQ(records(), 1U);
}

TEST_F(PreparedPortsTest, RecordsAreFoundOldestFirst) {
    for (const auto& [name, started] :
         {std::pair{"9-10", "20"}, {"9-2", "20"}, {"10", "3"}, {"9", "20"}}) {
        const PreparedRecord record{
            2147483647, started, own_namespace(), 0, {{"one", "gro", "on"}}};
        ASSERT_TRUE(write_record(folder_ / fmt::format("{}.settings", name), record));
    }
    std::vector<std::string> found;
    for (const LeftSettings& left : left_settings(folder_)) found.push_back(left.record.stem());
    EXPECT_EQ(found, (std::vector<std::string>{"10", "9", "9-2", "9-10"}));
}

TEST_F(PreparedPortsTest, AValueThatAKilledRunChangedIsRestored) {
    PreparedRecord record{1, "never", own_namespace(), 0, {{"one", "mtu", "1700"}}};
    ASSERT_TRUE(write_record(folder_ / "1-1.settings", record));
    const auto left = left_settings(folder_);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].were, record.were);
    const Result<void> restored = restore_left(left[0]);
    ASSERT_TRUE(restored) << restored.error().text();
    EXPECT_EQ(read_state(*netns_, "one", "mtu")->value, "1700");
    EXPECT_EQ(records(), 0U);
}

}  // namespace
}  // namespace xdpbench::net
