#include "history/file_reader.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace xdpbench::history {
namespace {

namespace fs = std::filesystem;

class FileReaderTest : public testing::Test {
  protected:
    FileReaderTest() {
        std::string pattern = testing::TempDir() + "xdp-bench-reader.XXXXXX";
        folder_ = ::mkdtemp(pattern.data());
    }
    ~FileReaderTest() override { fs::remove_all(folder_); }
    FileReaderTest(const FileReaderTest&) = delete;
    FileReaderTest& operator=(const FileReaderTest&) = delete;
    FileReaderTest(FileReaderTest&&) = delete;
    FileReaderTest& operator=(FileReaderTest&&) = delete;

    fs::path file(const std::string& name, const std::string& content) {
        std::ofstream(folder_ / name) << content;
        return folder_ / name;
    }

    fs::path folder_;
    FileReader reader_;
};

TEST_F(FileReaderTest, ReadsOneAfterTheOther) {
    const std::string large(300'000, 'x');
    for (const std::string& content :
         {std::string("one"), large, std::string(), std::string("two")}) {
        const auto read = reader_.read(file("a.json", content));
        ASSERT_TRUE(read) << read.error().text();
        EXPECT_EQ(*read, content);
    }
}

TEST_F(FileReaderTest, ReadsAFileWhoseSizeIsNotKnown) {
    const auto read = reader_.read("/proc/self/status");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_TRUE(read->starts_with("Name:"));
}

TEST_F(FileReaderTest, SaysWhatIsWrong) {
    const auto missing = reader_.read(folder_ / "missing.json");
    ASSERT_FALSE(missing);
    EXPECT_NE(missing.error().what.find("missing.json"), std::string::npos);
    const auto folder = reader_.read(folder_);
    ASSERT_FALSE(folder);
    EXPECT_NE(folder.error().what.find("folder"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::history
