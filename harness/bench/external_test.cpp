#include "bench/external.h"

#include <gtest/gtest.h>

namespace xdpbench::bench {
namespace {

TEST(External, CountersOfQueuesAreToldByTheirNames) {
    for (const char* const name :
         {"rx_queue_0_packets", "rx0_packets", "rx-3.packets", "rx_queue_1_xdp_packets"})
        EXPECT_TRUE(counts_queue(name)) << name;
    for (const char* const name : {"rx_packets", "tx_queue_0_packets", "rx_queue_0_bytes",
                                   "rx_queue_0_drops", "rx_65_to_127_byte_packets", ""})
        EXPECT_FALSE(counts_queue(name)) << name;
}

}  // namespace
}  // namespace xdpbench::bench
