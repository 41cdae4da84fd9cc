#include "commands/compare_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace xdpbench::commands {
namespace {

Result<compare::CompareOptions> parsed(std::vector<std::string> words) {
    words.insert(words.begin(), {"a.o", "b.o"});
    CLI::App app;
    CompareArguments arguments;
    add_compare_options(app, arguments);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return parse_compare(arguments);
}

compare::CompareOptions options(const std::vector<std::string>& words) {
    Result<compare::CompareOptions> result = parsed(words);
    EXPECT_TRUE(result) << result.error().text();
    return result ? *std::move(result) : compare::CompareOptions{};
}

TEST(CompareArguments, HaveDefaults) {
    const compare::CompareOptions compare = options({});
    EXPECT_TRUE(compare.alone);
    EXPECT_EQ(compare.modes, std::vector<model::Mode>{model::Mode::native});
    EXPECT_EQ(compare.seconds, 30);
    EXPECT_EQ(compare.alpha, 0.01);
    EXPECT_EQ(compare.threshold, 0.01);
}

TEST(CompareArguments, BecomeOptions) {
    const compare::CompareOptions compare =
        options({"--mode", "generic,native", "--max-time", "2m", "--alpha", "5%", "--threshold",
                 "0.5%", "--seed", "7"});
    EXPECT_EQ(compare.modes, (std::vector<model::Mode>{model::Mode::generic, model::Mode::native}));
    EXPECT_EQ(compare.seconds, 120);
    EXPECT_EQ(compare.alpha, 0.05);
    EXPECT_EQ(compare.threshold, 0.005);
    EXPECT_EQ(compare.seed, 7U);
}

TEST(CompareArguments, ChooseParts) {
    EXPECT_TRUE(options({"--only", "time"}).modes.empty());
    EXPECT_TRUE(options({"--only", "time"}).alone);
    EXPECT_FALSE(options({"--only", "throughput"}).alone);
    EXPECT_EQ(options({"--only", "throughput"}).modes.size(), 1U);
    EXPECT_TRUE(options({"--only", "time,throughput"}).alone);
    EXPECT_EQ(options({"--only", "time,throughput"}).modes.size(), 1U);
}

TEST(CompareArguments, NameTheOptionOfAWrongValue) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--mode", "nativ"}, "--mode nativ: there is no such mode (did you mean native?)"},
        {{"--only", "tiem"}, "--only tiem: there is no such part (did you mean time?)"},
        {{"--only", "time,"}, "--only time,: one item of the list is empty"},
        {{"--max-time", "500ms"}, "--max-time 500ms is not between one second and one hour"},
        {{"--alpha", "0"}, "--alpha 0"},
        {{"--alpha", "50%"}, "--alpha 50% is not below 50%"},
        {{"--threshold", "2"}, "--threshold 2"},
        {{"--placement", "seperate"},
         "--placement seperate: there is no such placement (did you mean separate?)"}};
    for (const auto& [words, message] : wrong) {
        const Result<compare::CompareOptions> result = parsed(words);
        ASSERT_FALSE(result) << words.back();
        EXPECT_EQ(result.error().kind, ErrorKind::input);
        EXPECT_NE(result.error().text().find(message), std::string::npos) << result.error().text();
    }
}

}  // namespace
}  // namespace xdpbench::commands
