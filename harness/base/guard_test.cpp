#include "base/guard.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace xdpbench {
namespace {

template <class Exception>
std::string caught(const Exception& exception) {
    const Result<int> result =
        guarded("cannot run the case", [&]() -> Result<int> { throw exception; });
    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::system);
    return result.error().what;
}

TEST(Guarded, WhatIsReturnedStays) {
    EXPECT_EQ(guarded("x", []() -> Result<int> { return 7; }).value(), 7);
    const Result<int> refused =
        guarded("x", []() -> Result<int> { return unavailable_error("not here"); });
    EXPECT_EQ(refused.error().kind, ErrorKind::unavailable);
}

TEST(Guarded, ExceptionsBecomeSystemErrors) {
    EXPECT_EQ(caught(std::bad_alloc()), "cannot run the case: Cannot allocate memory (ENOMEM)");
    EXPECT_EQ(caught(std::system_error(EAGAIN, std::generic_category())),
              "cannot run the case: Resource temporarily unavailable (EAGAIN)");
    EXPECT_EQ(caught(std::length_error("too long")), "cannot run the case: too long");
}

}  // namespace
}  // namespace xdpbench
