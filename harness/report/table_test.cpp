#include "report/table.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

TEST(Table, AlignsTextLeftAndFiguresRight) {
    EXPECT_EQ(table_text({{"path", "Mpps", "bottleneck"},
                          {"test run", "-", "-"},
                          {"native", "12.345", "generator"}},
                         1),
              "  path        Mpps  bottleneck\n"
              "  test run       -  -\n"
              "  native    12.345  generator\n");
}

TEST(Table, CountsCharactersNotBytes) {
    EXPECT_EQ(table_text({{"cost", "x"}, {"1 \u00b1 2", "y"}, {"12345", "z"}}, 0),
              "   cost  x\n"
              "  1 \u00b1 2  y\n"
              "  12345  z\n");
}

TEST(Table, IsEmptyWithoutRows) { EXPECT_EQ(table_text({}, 1), ""); }

}  // namespace
}  // namespace xdpbench::report
