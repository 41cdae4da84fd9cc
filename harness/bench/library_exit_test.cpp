#include "bench/library_exit.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>

namespace xdpbench::bench {
namespace {

TEST(LibraryExitDeathTest, IsAnErrorAndNoFailure) {
    EXPECT_EXIT(
        {
            const LibraryExit guard;
            errno = EMFILE;
            std::exit(1);
        },
        testing::ExitedWithCode(2), "cannot describe this machine: .*EMFILE");
}

TEST(LibraryExitDeathTest, IsWatchedOnlyAsLongAsSomethingWatches) {
    EXPECT_EXIT(
        {
            { const LibraryExit guard; }
            std::exit(5);
        },
        testing::ExitedWithCode(5), "");
}

}  // namespace
}  // namespace xdpbench::bench
