#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

#include "base/kernel_errno.h"
#include "base/unique_fd.h"

namespace xdpbench {
namespace {

Result<int> number_or(bool fail) {
    if (fail) return input_error("no number", "give one");
    return 7;
}

Result<std::unique_ptr<int>> twice(bool fail) {
    XDPBENCH_TRY(const int number, number_or(fail));
    return std::make_unique<int>(2 * number);
}

Result<void> both(bool first, bool second, int& reached) {
    XDPBENCH_CHECK(number_or(first));
    ++reached;
    XDPBENCH_CHECK(twice(second));
    ++reached;
    return {};
}

TEST(Result, TryHandsOutTheValueOrReturnsTheError) {
    const auto good = twice(false);
    ASSERT_TRUE(good);
    EXPECT_EQ(**good, 14);
    const auto bad = twice(true);
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().kind, ErrorKind::input);
    EXPECT_EQ(bad.error().what, "no number");
}

TEST(Result, CheckStopsAtTheFirstError) {
    int reached = 0;
    EXPECT_TRUE(both(false, false, reached));
    EXPECT_EQ(reached, 2);
    EXPECT_FALSE(both(false, true, reached));
    EXPECT_EQ(reached, 3);
    EXPECT_FALSE(both(true, false, reached));
    EXPECT_EQ(reached, 3);
}

TEST(Error, TextHasOneLineAPart) {
    EXPECT_EQ(input_error("no number").text(), "no number");
    EXPECT_EQ(unavailable_error("no veth", "no driver", "load it").text(),
              "no veth\n  likely: no driver\n  to do:  load it");
    EXPECT_EQ(input_error("no number", "give one").in("field a").text(),
              "field a: no number\n  to do:  give one");
}

TEST(SystemError, NamesTheErrnoWhateverItsSign) {
    EXPECT_EQ(system_error("cannot open a", ENOENT).what,
              "cannot open a: No such file or directory (ENOENT)");
    EXPECT_EQ(system_error("cannot open a", -ENOENT).what, system_error("cannot open a", 2).what);
    EXPECT_NE(errno_text(kEnotsupp).find("ENOTSUPP"), std::string::npos);
    EXPECT_EQ(errno_text(9999), "unknown error 9999");
}

TEST(UniqueFd, AssignmentClosesWhatItHeld) {
    UniqueFd first(::dup(0));
    const int number = first.get();
    UniqueFd second(::dup(0));
    const int other = second.get();
    ASSERT_TRUE(first.valid() && second.valid());
    first = std::move(second);
    EXPECT_EQ(first.get(), other);
    EXPECT_EQ(::dup(number), -1) << "descriptor " << number << " is still open";
}

}  // namespace
}  // namespace xdpbench
