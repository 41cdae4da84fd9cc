#include "net/prepared_ports.h"

#include <gtest/gtest.h>

namespace xdpbench::net {
namespace {

TEST(PreparedRecord, IsReadBack) {
    const PreparedRecord record{12,
                                "3456",
                                "net:[4026531840]",
                                4097,
                                {{"was", "mtu", "1500"}, {"eth1", "rings", "256/512"}}};
    const std::string text = record_text(record);
    EXPECT_EQ(text,
              "process 12 3456\nnamespace net:[4026531840]\ncookie 4097\n"
              "was was mtu 1500\nwas eth1 rings 256/512\n");
    const auto read = parse_record(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->process, 12);
    EXPECT_EQ(read->started, "3456");
    EXPECT_EQ(read->namespace_id, "net:[4026531840]");
    EXPECT_EQ(read->cookie, 4097U);
    EXPECT_EQ(read->were, record.were);
}

TEST(PreparedRecord, AnOlderVersionsIsRead) {
    const auto read = parse_record("process 12 3456\nnamespace net:[1]\nport eth1 gro\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->were, (std::vector<PortState>{{"eth1", "gro", "on"}}));
}

TEST(PreparedRecord, WhatIsNoneIsNotRead) {
    for (const char* const text :
         {"", "\n", "process 12 3456\n", "namespace net:[1]\nport eth1 gro\n",
          "process x 3456\nnamespace net:[1]\n", "process 12x 3456\nnamespace net:[1]\n",
          "process 12 3456\nnamespace net:[1]\ncookie x\n",
          "process 12 3456\nnamespace net:[1]\nport eth1\n",
          "process 12 3456\nnamespace net:[1]\nport eth1 gro on\n",
          "process 12 3456\nnamespace net:[1]\nwas eth1 mtu\n"}) {
        EXPECT_FALSE(parse_record(text)) << text;
    }
}

}  // namespace
}  // namespace xdpbench::net
