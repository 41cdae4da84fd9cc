#include "traffic/pinned.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <string>

namespace xdpbench::traffic {
namespace {

TEST(PinnedThread, GoesBackWhereItWas) {
    cpu_set_t before;
    cpu_set_t during;
    cpu_set_t after;
    ASSERT_EQ(::sched_getaffinity(0, sizeof(before), &before), 0);
    {
        const auto pinned = PinnedThread::pin(measuring_cpu());
        ASSERT_TRUE(pinned) << pinned.error().text();
        ASSERT_EQ(::sched_getaffinity(0, sizeof(during), &during), 0);
        EXPECT_EQ(CPU_COUNT(&during), 1);
        EXPECT_TRUE(CPU_ISSET(measuring_cpu(), &during));
    }
    ASSERT_EQ(::sched_getaffinity(0, sizeof(after), &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(PinnedThread, ACpuThatIsNotThereIsAnError) {
    for (const int cpu : {-1, CPU_SETSIZE - 1, CPU_SETSIZE, 1'000'000}) {
        const auto pinned = PinnedThread::pin(cpu);
        ASSERT_FALSE(pinned) << cpu;
        EXPECT_NE(pinned.error().what.find(std::to_string(cpu)), std::string::npos);
    }
}

}  // namespace
}  // namespace xdpbench::traffic
