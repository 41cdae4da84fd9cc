#include "report/qualification_text.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::report {
namespace {

model::QualificationRecord card() {
    model::QualificationRecord record;
    record.device = "eth1";
    record.peer = "eth2";
    record.environment = {{"driver", "igb"},
                          {"firmware", "3.16"},
                          {"pci", "0000:01:00.0, 0x8086:0x10c9, 5.0 GT/s PCIe x4"},
                          {"link_speed", "1000 Mb/s"},
                          {"mtu", "1500"},
                          {"queues", "rx 0, tx 0, combined 4 of 8"},
                          {"rss", "128 entries over 4 queues, toeplitz"},
                          {"rings", "rx 256 of 4096, tx 256 of 4096"},
                          {"interrupts", "24: CPU 0, 25: CPU 1"},
                          {"declares", "basic, redirect, ndo-xmit"},
                          {"host", "tester"},
                          {"kernel", "6.12.5"}};
    return record;
}

TEST(QualificationHeader, HasTheCardInShort) {
    EXPECT_EQ(header_text(card()),
              "qualification of eth1, frames come from eth2\n"
              "  driver        igb, firmware 3.16\n"
              "  bus           0000:01:00.0, 0x8086:0x10c9, 5.0 GT/s PCIe x4\n"
              "  link speed    1000 Mb/s\n"
              "  queues        rx 0, tx 0, combined 4 of 8\n"
              "  RSS           128 entries over 4 queues, toeplitz\n"
              "  XDP features  basic, redirect, ndo-xmit\n"
              "  kernel        6.12.5\n");
}

TEST(QualificationCounts, NameEachGroupOnce) {
    model::QualificationRecord record = card();
    record.planned = {"counters.drop", "speed.drop", "counters.pages"};
    record.cases.resize(2);
    EXPECT_EQ(finding_counts(record), "2 PASS in counters, speed");
}

TEST(QualificationDone, ShowsWhatHadFailedBefore) {
    model::QualificationRecord record = card();
    EXPECT_EQ(done_text(record), "");
    record.planned = {"control.mtu_1500", "data.loss", "data.bytes"};
    record.cases.resize(2);
    record.cases[1] = {"data", "loss", model::Finding::fail, "the machine ended", 0, "again"};
    EXPECT_EQ(done_text(record),
              "continued: 2 cases ran before (1 PASS, 1 FAIL)\n"
              "[ 2/3] FAIL    data.loss                              0.0 s\n"
              "        the machine ended\n"
              "        repeat: again\n");
}

TEST(QualificationHeader, LeavesOutWhatIsNotKnown) {
    model::QualificationRecord record;
    record.device = "tap0";
    record.environment = {{"driver", "tun"}, {"kernel", "6.1"}};
    EXPECT_EQ(header_text(record),
              "qualification of tap0, one port only\n"
              "  driver        tun\n"
              "  kernel        6.1\n");
}

TEST(QualificationHeader, FitsOnEightLinesOfAConsole) {
    model::QualificationRecord record = card();
    for (auto& [key, value] : record.environment) value = std::string(100, 'x') + "\u00e9" + value;
    const std::string text = header_text(record);
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 8);
    for (const std::string& line : split(text, '\n')) {
        EXPECT_LE(line.size(), 120U) << line;
        EXPECT_EQ(find_unprintable(line), std::nullopt) << "a character was cut";
    }
}

}  // namespace
}  // namespace xdpbench::report
