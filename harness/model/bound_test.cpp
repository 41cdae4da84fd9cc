#include "model/bound.h"

#include <gtest/gtest.h>

namespace xdpbench::model {
namespace {

TEST(GeneratorShare, IsToldInWords) {
    EXPECT_EQ(generator_share_text(2.45e6, 2.5e6),
              "the program kept up with 98 % of what the generator can send (2.5 Mpps)");
    EXPECT_EQ(generator_share_text(1e6, 2.5e6, 2),
              "the program kept up with 40 % of what the generators can send (2.5 Mpps)");
}

TEST(GeneratorShare, IsNeverMoreThanAll) {
    for (const double rate : {2.495e6, 2.5e6, 2.6e6})
        EXPECT_EQ(generator_share_text(rate, 2.5e6),
                  "the program kept up with all that the generator can send (2.5 Mpps)");
}

TEST(GeneratorShare, IsEmptyWhereTheMaximumIsNotKnown) {
    EXPECT_EQ(generator_share_text(1e6, 0), "");
}

}  // namespace
}  // namespace xdpbench::model
