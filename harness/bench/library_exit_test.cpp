#include "bench/library_exit.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstdlib>

namespace xdpbench::bench {
namespace {

TEST(LibraryExitDeathTest, IsAnErrorAndNoFailure) {
    EXPECT_EXIT(
        {
            const LibraryExit guard("it cannot read", LibraryExit::Errno::told);
            errno = EMFILE;
            std::exit(1);
        },
        testing::ExitedWithCode(2), "it cannot read: .*EMFILE");
}

TEST(LibraryExitDeathTest, IsAnErrorAndNoSuccess) {
    EXPECT_EXIT(
        {
            const LibraryExit guard("a flag", LibraryExit::Errno::not_told);
            std::exit(0);
        },
        testing::ExitedWithCode(2), "a flag\n");
}

TEST(LibraryExitDeathTest, IsWatchedOnlyAsLongAsSomethingWatches) {
    EXPECT_EXIT(
        {
            { const LibraryExit guard("it", LibraryExit::Errno::told); }
            std::exit(5);
        },
        testing::ExitedWithCode(5), "");
}

}  // namespace
}  // namespace xdpbench::bench
