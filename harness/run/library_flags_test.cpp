#include "run/library_flags.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace xdpbench::run {
namespace {

class LibraryFlagsTest : public testing::Test {
  protected:
    // ctest may run this very test with some of them.
    void SetUp() override {
        for (const char* const name :
             {"GTEST_OUTPUT", "GTEST_REPEAT", "XML_OUTPUT_FILE", "GTEST_SHARD_STATUS_FILE",
              "TEST_PREMATURE_EXIT_FILE", "BENCHMARK_OUT", "BENCHMARK_OUT_FORMAT",
              "BENCHMARK_FORMAT", "BENCHMARK_REPETITIONS"})
            ::unsetenv(name);
    }
    void TearDown() override { SetUp(); }
};

TEST_F(LibraryFlagsTest, FlagsOfUseAreTaken) {
    EXPECT_TRUE(require_test_flags({}));
    EXPECT_TRUE(require_test_flags({"--gtest_filter=a*", "--gtest_list_tests", "--gtest_repeat=3",
                                    "--gtest_shuffle", "--gtest_output=xml"}));
    EXPECT_TRUE(require_benchmark_flags({"--benchmark_filter=x", "--benchmark_repetitions=2"}));
}

TEST_F(LibraryFlagsTest, FlagsThatEndTheProcessAreRefused) {
    for (const char* const flag :
         {"--gtest_break_on_failure", "--gtest_throw_on_failure=1", "--gtest_flagfile=/nosuch",
          "--gtest_stream_result_to=localhost:1", "--gtest_internal_run_death_test=a",
          "--gtest_filtre=x", "--gtest_"}) {
        const Result<void> taken = require_test_flags({"--gtest_filter=a", flag});
        ASSERT_FALSE(taken) << flag;
        EXPECT_EQ(taken.error().kind, ErrorKind::input);
        EXPECT_NE(taken.error().what.find("is no flag that xdp-bench takes"), std::string::npos);
    }
}

TEST_F(LibraryFlagsTest, OtherWordsAreRefused) {
    for (const char* const word : {"x", "a word that is longer"})
        EXPECT_FALSE(require_test_flags({word})) << word;
}

TEST_F(LibraryFlagsTest, RepetitionsHaveAnEnd) {
    EXPECT_FALSE(require_test_flags({"--gtest_repeat=-1"}));
    ::setenv("GTEST_REPEAT", "-1", 1);
    EXPECT_FALSE(require_test_flags({}));
    EXPECT_TRUE(require_test_flags({"--gtest_repeat=2"}));  // a flag goes before the variable
}

TEST_F(LibraryFlagsTest, CountsAndFormatsAreWhatTheLibrariesTake) {
    const auto error = [](const Result<void>& taken) {
        return taken ? std::string("taken") : taken.error().what;
    };
    for (const char* const count : {"0", "-3", "x", "1.5", "2147483647", "99999999999"})
        EXPECT_EQ(
            error(require_benchmark_flags({"--benchmark_repetitions=" + std::string(count)})),
            fmt::format("--benchmark_repetitions={}: expected a whole number from 1 to 10,000",
                        count));
    EXPECT_EQ(error(require_test_flags({"--gtest_repeat=x"})),
              "--gtest_repeat=x: expected a whole number from 0 to 2,147,483,647");
    EXPECT_EQ(error(require_benchmark_flags({"--benchmark_format=xml"})),
              "--benchmark_format=xml: expected console, json, csv");
    ::setenv("GTEST_REPEAT", "x", 1);
    EXPECT_EQ(error(require_test_flags({})),
              "GTEST_REPEAT=x: expected a whole number from 0 to 2,147,483,647");
    ::setenv("BENCHMARK_OUT_FORMAT", "xyz", 1);
    EXPECT_EQ(error(require_benchmark_flags({})),
              "BENCHMARK_OUT_FORMAT=xyz: expected console, json, csv");
    ::setenv("BENCHMARK_FORMAT", "xyz", 1);
    EXPECT_EQ(error(require_benchmark_flags({})),
              "BENCHMARK_FORMAT=xyz: expected console, json, csv");
    ::unsetenv("BENCHMARK_FORMAT");
    ::setenv("BENCHMARK_REPETITIONS", "-1", 1);
    EXPECT_EQ(error(require_benchmark_flags({"--benchmark_out_format=json"})),
              "BENCHMARK_REPETITIONS=-1: expected a whole number from 1 to 10,000");
}

TEST_F(LibraryFlagsTest, FilesThatCannotBeWrittenAreNamed) {
    const Result<void> output = require_test_flags({"--gtest_output=xml:/proc/nosuch/x"});
    ASSERT_FALSE(output);
    EXPECT_NE(output.error().text().find("--gtest_output"), std::string::npos);
    EXPECT_NE(output.error().text().find("/proc/nosuch"), std::string::npos);
    EXPECT_FALSE(require_test_flags({"--gtest_output=json:/proc/"}));
    EXPECT_FALSE(require_benchmark_flags({"--benchmark_out=/proc/nosuch/x"}));
    for (const char* const name :
         {"XML_OUTPUT_FILE", "GTEST_SHARD_STATUS_FILE", "TEST_PREMATURE_EXIT_FILE"}) {
        SetUp();
        ::setenv(name, "/proc/nosuch/x", 1);
        const Result<void> file = require_test_flags({});
        ASSERT_FALSE(file) << name;
        EXPECT_NE(file.error().text().find(name), std::string::npos);
    }
    SetUp();
    ::setenv("GTEST_OUTPUT", "xml:/proc/nosuch/x", 1);
    EXPECT_FALSE(require_test_flags({}));
    ::setenv("BENCHMARK_OUT", "/proc/nosuch/x", 1);
    EXPECT_FALSE(require_benchmark_flags({}));
}

TEST_F(LibraryFlagsTest, FilesThatCanBeWrittenAreNotMade) {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "library_flags.xml";
    EXPECT_TRUE(require_test_flags({"--gtest_output=xml:" + file.string()}));
    EXPECT_TRUE(require_benchmark_flags({"--benchmark_out=" + file.string()}));
    EXPECT_FALSE(std::filesystem::exists(file));
}

std::string named(const std::vector<LibraryFile>& files) {
    std::string text;
    for (const LibraryFile& file : files) text += file.name + " " + file.path.string() + "\n";
    return text;
}

TEST_F(LibraryFlagsTest, FilesToWriteAreKnown) {
    EXPECT_EQ(named(test_files({"--gtest_filter=a"})), "");
    EXPECT_EQ(named(test_files({"--gtest_output="})), "");
    EXPECT_EQ(named(test_files({"--gtest_output=xml"})), "--gtest_output test_detail.xml\n");
    EXPECT_EQ(named(test_files({"--gtest_output=json"})), "--gtest_output test_detail.json\n");
    EXPECT_EQ(named(test_files({"--gtest_output=xml:a", "--gtest_output=json:b:c"})),
              "--gtest_output b:c\n");
    EXPECT_EQ(named(benchmark_files({"--benchmark_out=a"})), "--benchmark_out a\n");
    ::setenv("XML_OUTPUT_FILE", "x", 1);
    EXPECT_EQ(named(test_files({})), "XML_OUTPUT_FILE x\n");
    EXPECT_EQ(named(test_files({"--gtest_output=json:y"})), "--gtest_output y\n");
    ::setenv("GTEST_OUTPUT", "json:z", 1);
    ::setenv("GTEST_SHARD_STATUS_FILE", "s", 1);
    ::setenv("TEST_PREMATURE_EXIT_FILE", "p", 1);
    EXPECT_EQ(named(test_files({})),
              "GTEST_OUTPUT z\nGTEST_SHARD_STATUS_FILE s\nTEST_PREMATURE_EXIT_FILE p\n");
    ::setenv("BENCHMARK_OUT", "b", 1);
    EXPECT_EQ(named(benchmark_files({})), "BENCHMARK_OUT b\n");
}

// As GoogleTest invents it: FilePath::GenerateUniqueFileName().
TEST_F(LibraryFlagsTest, InAFolderAFreeNameIsTaken) {
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / fmt::format("library_flags.{}", ::getpid());
    std::filesystem::create_directory(folder);
    const std::vector<std::string> flags{"--gtest_output=json:" + folder.string() + "/"};
    EXPECT_EQ(test_files(flags).front().path, folder / "xdp-bench.json");
    std::ofstream(folder / "xdp-bench.json") << "{}";
    EXPECT_EQ(test_files(flags).front().path, folder / "xdp-bench_1.json");
    // Without "/" at the end it is a file, which GoogleTest cannot write.
    EXPECT_FALSE(require_test_flags({"--gtest_output=json:" + folder.string()}));
    EXPECT_FALSE(require_benchmark_flags({"--benchmark_out=" + folder.string()}));
    std::filesystem::remove_all(folder);
}

TEST_F(LibraryFlagsTest, NoCsvOfDifferentFigures) {
    EXPECT_FALSE(require_benchmark_flags({"--benchmark_out=x", "--benchmark_out_format=csv"}));
    ::setenv("BENCHMARK_OUT_FORMAT", "csv", 1);
    EXPECT_FALSE(require_benchmark_flags({"--benchmark_out=x"}));
    EXPECT_TRUE(require_benchmark_flags({}));  // without a file nothing is written
}

}  // namespace
}  // namespace xdpbench::run
