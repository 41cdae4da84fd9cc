#include "live/counts.h"

#include <gtest/gtest.h>

namespace xdpbench::live {
namespace {

using Counters = std::map<std::string, std::uint64_t>;

TEST(DriverCounters, AreSummedOverQueues) {
    EXPECT_EQ(xdp_counters_over_queues({{"rx_queue_0_xdp_drops", 3},
                                        {"rx_queue_11_xdp_drops", 4},
                                        {"rx_queue_0_drops", 5},
                                        {"tx_queue_0_xdp_xmit", 6},
                                        {"peer_ifindex", 7}}),
              (Counters{{"rx_queue_xdp_drops", 7}}));
}

TEST(DriverCounters, KeepTheNamesThatOtherDriversGive) {
    EXPECT_EQ(xdp_counters_over_queues(
                  {{"rx0_xdp_drop", 1}, {"rx1_xdp_drop", 1}, {"rx_xdp_redirect", 2}, {"xdp", 3}}),
              (Counters{{"rx_xdp_drop", 2}, {"rx_xdp_redirect", 2}, {"xdp", 3}}));
}

}  // namespace
}  // namespace xdpbench::live
