#include "base/line_reader.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

#include "base/unique_fd.h"

namespace xdpbench {
namespace {

using Lines = std::vector<std::string>;

class LineReaderTest : public testing::Test {
  protected:
    void SetUp() override {
        std::array<int, 2> ends{};
        ASSERT_EQ(::pipe(ends.data()), 0);
        out = UniqueFd(ends[0]);
        in = UniqueFd(ends[1]);
    }
    void write(const std::string& text) const {
        ASSERT_EQ(::write(in.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    UniqueFd out;
    UniqueFd in;
};

TEST_F(LineReaderTest, WaitsForTheEndOfALine) {
    LineReader reader(out.get());
    write("one\ntw");
    EXPECT_EQ(reader.read(), Lines{"one"});
    write("o\n\nthree\n");
    EXPECT_EQ(reader.read(), (Lines{"two", "", "three"}));
}

TEST_F(LineReaderTest, TheLastLineNeedsNoEnd) {
    LineReader reader(out.get());
    write("quit");
    EXPECT_EQ(reader.read(), Lines{});
    in.reset();
    EXPECT_EQ(reader.read(), Lines{"quit"});
    EXPECT_EQ(reader.fd(), -1);
}

TEST_F(LineReaderTest, ThrowsAwayALineWithoutEnd) {
    LineReader reader(out.get());
    for (int i = 0; i < 17; ++i) {
        write(std::string(4096, 'x'));
        EXPECT_EQ(reader.read(), Lines{});
    }
    write("\nquit\n");
    EXPECT_EQ(reader.read(), (Lines{"", "quit"}));
}

TEST(LineReader, AClosedDescriptorIsTheEnd) {
    LineReader reader(-1);
    EXPECT_EQ(reader.read(), Lines{});
    EXPECT_EQ(reader.fd(), -1);
}

}  // namespace
}  // namespace xdpbench
