#include "traffic/side_by_side.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>

#include "traffic/placement.h"

namespace xdpbench::traffic {
namespace {

TEST(SideBySide, EachRunsOnItsCpuAndAllAtOnce) {
    const std::vector<int> cpus = allowed_cpus();
    std::vector<int> ran(cpus.size(), -1);
    std::atomic<std::size_t> there = 0;
    const Result<void> done = side_by_side(cpus, [&](std::size_t i) -> Result<void> {
        ran[i] = ::sched_getcpu();
        ++there;
        while (there < cpus.size()) ::sched_yield();  // would not end if they ran one by one
        return {};
    });
    EXPECT_TRUE(done);
    EXPECT_EQ(ran, cpus);
    EXPECT_EQ(allowed_cpus(), cpus) << "the calling thread may go where it might before";
}

TEST(SideBySide, NoneBeginsIfOneCannotGetToItsCpu) {
    const int nowhere = CPU_SETSIZE - 1;
    std::atomic<int> begun = 0;
    for (const std::vector<int>& cpus :
         {std::vector{allowed_cpus().front(), nowhere}, {nowhere, allowed_cpus().front()}}) {
        const Result<void> done = side_by_side(cpus, [&](std::size_t) -> Result<void> {
            ++begun;
            return {};
        });
        ASSERT_FALSE(done);
        EXPECT_NE(done.error().text().find("cannot run on CPU 1023 alone"), std::string::npos);
    }
    EXPECT_EQ(begun, 0);
}

TEST(SideBySide, AnErrorOfAnyIsAnErrorOfAll) {
    std::vector<int> cpus = allowed_cpus();
    cpus.push_back(cpus.front());
    const std::size_t last = cpus.size() - 1;
    const Result<void> done = side_by_side(cpus, [&](std::size_t i) -> Result<void> {
        if (i == last) return input_error("the last one");
        return {};
    });
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().what, "the last one");
}

}  // namespace
}  // namespace xdpbench::traffic
