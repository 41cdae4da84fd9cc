#include "base/text.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace xdpbench {
namespace {

using Parts = std::vector<std::string>;

TEST(Split, KeepsEmptyParts) {
    EXPECT_EQ(split("a:b:", ':'), (Parts{"a", "b", ""}));
    EXPECT_EQ(split("", ':'), Parts{""});
    EXPECT_EQ(split("::", ':'), (Parts{"", "", ""}));
    EXPECT_EQ(split("whole", ':'), Parts{"whole"});
}

TEST(ShellWord, IsWhatAShellReadsAsThatOneWord) {
    for (const char* const plain : {"eth1", "./mine.o:main", "--gtest_filter=check.a.b", "50%"})
        EXPECT_EQ(shell_word(plain), plain);
    EXPECT_EQ(shell_word(""), "''");
    EXPECT_EQ(shell_word("a b"), "'a b'");
    EXPECT_EQ(shell_word("config[0]=1"), "'config[0]=1'");
    EXPECT_EQ(shell_word("it's"), "'it'\\''s'");
    EXPECT_EQ(shell_word("$(x) `y` \"z\" \\ ~ *?\n"), "'$(x) `y` \"z\" \\ ~ *?\n'");
}

TEST(Trim, TakesWhiteSpaceFromBothEndsOnly) {
    EXPECT_EQ(trim(" \t a b\r\n"), "a b");
    EXPECT_EQ(trim("a"), "a");
    EXPECT_EQ(trim(" \n"), "");
    EXPECT_EQ(trim(""), "");
}

TEST(PlaceIn, CountsFromOneAndEndsWithTheText) {
    EXPECT_EQ(place_in("a\nbc\n", 0), "line 1, byte 1 of 5");
    EXPECT_EQ(place_in("a\nbc\n", 3), "line 2, byte 4 of 5");
    EXPECT_EQ(place_in("a\nbc\nd", 99), "line 3, byte 6 of 6");
    EXPECT_EQ(place_in("", 0), "line 1, byte 0 of 0");
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

TEST(Escaped, KeepsWhatIsFitToBePrinted) {
    for (const std::string_view text :
         {"", "plain ASCII ~!", "two\nlines\tand a tab", "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x90\x9d",
          "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\\x1b is not escaped twice"}) {
        EXPECT_EQ(escaped(text), text);
    }
}

TEST(Escaped, ShowsControlCharacters) {
    EXPECT_EQ(escaped("\x1b[31mred\x1b[0m"), "\\x1b[31mred\\x1b[0m");
    EXPECT_EQ(escaped(std::string_view("a\0b\r\n\x7f", 6)), "a\\x00b\\x0d\n\\x7f");
    EXPECT_EQ(escaped("\xc2\x9b"), "\\u009b") << "also begins a terminal's sequences";
    EXPECT_EQ(escaped("\xe2\x80\xae"
                      "drop\xe2\x81\xa9"),
              "\\u202edrop\\u2069");
    EXPECT_EQ(escaped("\xef\xbf\xbf"), "\\uffff") << "XML excludes it";
}

TEST(Escaped, ShowsBytesThatAreNoCharacters) {
    EXPECT_EQ(escaped("caf\xe9"), "caf\\xe9");
    EXPECT_EQ(escaped("\xe2\x82"), "\\xe2\\x82");
    EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
    EXPECT_EQ(escaped("\xed\xa0\x80."), "\\xed\\xa0\\x80.") << "a surrogate";
    EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "beyond U+10FFFF";
    EXPECT_EQ(escaped("\xff\xc3\xa4\xfe"), "\\xff\xc3\xa4\\xfe");
}

TEST(FindUnprintable, FindsTheFirst) {
    EXPECT_EQ(find_unprintable("a\tb\r\nc\xc3\xa4"), std::nullopt);
    EXPECT_EQ(find_unprintable(""), std::nullopt);
    EXPECT_EQ(find_unprintable("ab\rc"), 2U);
    EXPECT_EQ(find_unprintable("\xc3\xa4\x1b"), 2U);
    EXPECT_EQ(find_unprintable("\xc3\xa4\xc2\x80"), 2U);
    EXPECT_EQ(find_unprintable("abc\xff\x1b"), 3U);
    EXPECT_EQ(find_unprintable("abc\xc3"), 3U);
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

TEST(RateText, HasTheUnitThatFits) {
    EXPECT_EQ(rate_text(80), "80 pps");
    EXPECT_EQ(rate_text(500e3), "500 kpps");
    EXPECT_EQ(rate_text(1.2345e6), "1.234 Mpps");
}

TEST(SequenceText, CutsALongListAndCountsIt) {
    std::vector<std::uint64_t> numbers(20);
    std::iota(numbers.begin(), numbers.end(), 1);
    EXPECT_EQ(sequence_text(numbers), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 ... (20)");
    EXPECT_EQ(sequence_text({}), "none");
}

}  // namespace
}  // namespace xdpbench
