#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>

namespace xdpbench {
namespace {

using Parts = std::vector<std::string>;

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a:b:", ':'), (Parts{"a", "b", ""}));
    EXPECT_EQ(split("", ':'), Parts{""});
    EXPECT_EQ(split("::", ':'), (Parts{"", "", ""}));
    EXPECT_EQ(split("whole", ':'), Parts{"whole"});
}

TEST(Trim, TakesWhiteSpaceFromBothEndsOnly) {
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(Nearest, FindsWhatWasMeant) {
    const std::vector<std::string> names{"xdp_pass", "xdp_drop", "icmp_lb"};
    EXPECT_EQ(nearest("xdp_dorp", names), "xdp_drop");
    EXPECT_EQ(nearest("icmplb", names), "icmp_lb");
    EXPECT_EQ(nearest("xdp_pass", names), "xdp_pass");
    EXPECT_EQ(nearest("frist", {"fast", "first"}), "first");
    EXPECT_EQ(nearest("ba", {"ab"}), "ab");
}

TEST(Nearest, DoesNotGuessWildly) {
    EXPECT_EQ(nearest("firewall", {"xdp_pass", "xdp_drop"}), std::nullopt);
    EXPECT_EQ(nearest("a", {}), std::nullopt);
    EXPECT_EQ(nearest("ab", {"cd"}), std::nullopt);
    EXPECT_EQ(nearest("", {"cd"}), std::nullopt);
    EXPECT_EQ(nearest("ab", {"abc"}), "abc");
}

TEST(Thousands, GroupsFromTheRight) {
    EXPECT_EQ(thousands(0), "0");
    EXPECT_EQ(thousands(999), "999");
    EXPECT_EQ(thousands(1000), "1,000");
    EXPECT_EQ(thousands(1234567), "1,234,567");
    EXPECT_EQ(thousands(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
}

TEST(ByteSize, NeverShowsAFullUnitAs1024) {
    EXPECT_EQ(byte_size(0), "0 B");
    EXPECT_EQ(byte_size(1023), "1023 B");
    EXPECT_EQ(byte_size(1024), "1.0 KiB");
    EXPECT_EQ(byte_size(3482), "3.4 KiB");
    EXPECT_EQ(byte_size((1ULL << 20) - 1), "1.0 MiB");
    EXPECT_EQ(byte_size(512ULL << 20), "512.0 MiB");
    EXPECT_EQ(byte_size(1ULL << 30), "1.0 GiB");
    EXPECT_EQ(byte_size(1ULL << 60), "1048576.0 TiB");
}

TEST(Counted, SaysOneAndMany) {
    EXPECT_EQ(counted(1, "frame"), "1 frame");
    EXPECT_EQ(counted(0, "frame"), "0 frames");
    EXPECT_EQ(counted(65536, "frame"), "65,536 frames");
    EXPECT_EQ(counted(1, "entry"), "1 entry");
    EXPECT_EQ(counted(2, "entry"), "2 entries");
    EXPECT_EQ(counted(2, "array"), "2 arrays");
}

TEST(ParseDuration, TakesUnits) {
    EXPECT_DOUBLE_EQ(parse_duration("3s").value(), 3);
    EXPECT_DOUBLE_EQ(parse_duration("3").value(), 3);
    EXPECT_DOUBLE_EQ(parse_duration("250ms").value(), 0.25);
    EXPECT_DOUBLE_EQ(parse_duration("40us").value(), 40e-6);
    EXPECT_DOUBLE_EQ(parse_duration("1.5s").value(), 1.5);
    EXPECT_DOUBLE_EQ(parse_duration("2m").value(), 120);
}

TEST(ParseDuration, RefusesWhatIsNoPositiveTime) {
    for (const char* const text : {"", "s", "0", "0s", "-1s", "+1s", " 1s", "1s ", "1h", "1 s",
                                   "inf", "nan", "infs", "1e400s", "1e308m", "4e-324us", "0x10"}) {
        EXPECT_EQ(parse_duration(text), std::nullopt) << text;
    }
}

TEST(WhatThereIs, OffersTheNearestAndListsAll) {
    EXPECT_EQ(what_there_is("evens", {"events", "flows"}),
              " (did you mean events?); it has: events, flows");
    EXPECT_EQ(did_you_mean("evnets", {"events", "flows"}), " (did you mean events?)");
    EXPECT_EQ(did_you_mean("packets", {"events", "flows"}), "");
    EXPECT_EQ(what_there_is("x", {}), "; it has: none");
}

TEST(SplitAll, KeepsEmptyItems) {
    EXPECT_EQ(split_all({"64,,128", "", "imix"}, ','),
              (std::vector<std::string>{"64", "", "128", "", "imix"}));
    EXPECT_TRUE(split_all({}, ',').empty());
}

}  // namespace
}  // namespace xdpbench
