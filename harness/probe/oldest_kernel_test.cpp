#include "probe/oldest_kernel.h"

#include <gtest/gtest.h>

namespace xdpbench::probe {
namespace {

Result<std::string> works() { return std::string("yes"); }
Result<std::string> refused() { return unavailable_error("cannot load it: EINVAL"); }
Result<std::string> not_permitted() {
    return unavailable_error("cannot load it: EPERM", "a user namespace", "run outside");
}
Result<std::string> interrupted() { return Error{ErrorKind::interrupted, "stopped", {}, {}}; }

TEST(OldestKernel, AKernelThatHasAllWillDo) {
    EXPECT_TRUE(require_foundations({{"a", works}, {"b", works}}, "6.1"));
}

TEST(OldestKernel, WhatIsMissingAndTheOldestKernelAreNamed) {
    const Result<void> result =
        require_foundations({{"a", works}, {"atomic operations", refused}}, "5.10.0-32-amd64");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(result.error().what,
              "this kernel (5.10.0-32-amd64) has no atomic operations (cannot load it: EINVAL); "
              "nothing was created");
    EXPECT_NE(result.error().cause.find("5.15"), std::string::npos);
    EXPECT_NE(result.error().advice.find("5.15"), std::string::npos);
}

TEST(OldestKernel, MissingPrivilegesAreNoAnswer) {
    const Result<void> result = require_foundations({{"XDP programs", not_permitted}}, "6.18.0");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::unavailable);
    EXPECT_EQ(result.error().what, "cannot load it: EPERM; nothing was created");
    EXPECT_EQ(result.error().cause, "a user namespace");
}

TEST(OldestKernel, AnInterruptIsNoAnswer) {
    const Result<void> result = require_foundations({{"a", interrupted}}, "6.1");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::interrupted);
}

}  // namespace
}  // namespace xdpbench::probe
