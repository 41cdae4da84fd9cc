#include "base/result_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

// In an empty folder of its own.
class ResultFile : public testing::Test {
  protected:
    void SetUp() override {
        fs::create_directories(folder_);
        fs::current_path(folder_);
    }
    void TearDown() override {
        fs::current_path(before_);
        fs::remove_all(folder_);
    }
    static Error with_log() {
        Error error = input_error("refused", "change it");
        error.log_name = "mine-verifier";
        error.log = "one\ntwo\n";
        return error;
    }

    fs::path before_ = fs::current_path();
    fs::path folder_ = testing::TempDir() + "xdp-bench-result-file." + std::to_string(::getpid());
};

TEST_F(ResultFile, TheLogIsWrittenAndSaidWhere) {
    const Error error = save_log(with_log());
    const std::size_t at = error.what.find("results/mine-verifier-");
    ASSERT_NE(at, std::string::npos) << error.what;
    const auto text = read_file(error.what.substr(at));
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, "one\ntwo\n");
    EXPECT_TRUE(error.what.ends_with(".log"));
    EXPECT_EQ(error.advice, "change it");
    EXPECT_EQ(save_log(error).what, error.what);  // not twice
}

TEST_F(ResultFile, ALogThatCannotBeWrittenIsSaid) {
    std::ofstream("results") << "a file where the folder should be";
    EXPECT_NE(save_log(with_log()).what.find("whole log    not written: cannot write results/"),
              std::string::npos);
}

TEST_F(ResultFile, WithoutALogNothingIsWritten) {
    EXPECT_EQ(save_log(input_error("refused")).what, "refused");
    EXPECT_FALSE(fs::exists("results"));
}

}  // namespace
}  // namespace xdpbench
