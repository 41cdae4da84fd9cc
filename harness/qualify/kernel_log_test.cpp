#include "qualify/kernel_log.h"

#include <gtest/gtest.h>

namespace xdpbench::qualify {
namespace {

TEST(KernelLog, KnowsWhatNoHealthyDriverCauses) {
    for (const char* const text :
         {"WARNING: CPU: 0 PID: 1 at net/core/dev.c:1", "BUG: scheduling while atomic",
          "igb 0000:01:00.0 eth0: NETDEV WATCHDOG: transmit queue 0 timed out 5000 ms",
          "vmxnet3 eth1: tx hang, Tx timeout", "page_pool_release_retry() stalled pool shutdown"})
        EXPECT_TRUE(is_alarming(text)) << text;
    for (const char* const text : {"igb 0000:01:00.0 eth0: igb: eth0 NIC Link is Up 1000 Mbps",
                                   "IPv6: ADDRCONF", "perf: interrupt took too long"})
        EXPECT_FALSE(is_alarming(text)) << text;
}

TEST(KernelLog, TakesTheTextOutOfARecord) {
    EXPECT_EQ(text_of_record("6,339,5140900,-;NET: hello; you\n SUBSYSTEM=pci\n"),
              "NET: hello; you");
}

}  // namespace
}  // namespace xdpbench::qualify
