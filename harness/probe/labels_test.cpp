#include "probe/labels.h"

#include <gtest/gtest.h>

#include <map>

namespace xdpbench::probe {
namespace {

model::Labels of(const std::map<std::string, std::string>& variables) {
    return ci_labels([&](const char* name) {
        const auto found = variables.find(name);
        return found == variables.end() ? std::string() : found->second;
    });
}

TEST(CiLabels, ComeFromTheSystemThatRunsTheJob) {
    EXPECT_EQ(of({}), model::Labels());
    EXPECT_EQ(of({{"GITHUB_SHA", "1a"}, {"GITHUB_REF_NAME", "main"}, {"GITHUB_RUN_ID", "7"}}),
              (model::Labels{{"commit", "1a"}, {"branch", "main"}, {"build", "7"}}));
    EXPECT_EQ(of({{"CI_COMMIT_SHA", "2b"}, {"CI_COMMIT_REF_NAME", "dev"}}),
              (model::Labels{{"commit", "2b"}, {"branch", "dev"}}));
    EXPECT_EQ(of({{"BUILD_NUMBER", "12"}}), (model::Labels{{"build", "12"}}));
}

TEST(CiLabels, HaveTheBranchOfAPullRequestItself) {
    EXPECT_EQ(of({{"GITHUB_SHA", "1a"}, {"GITHUB_HEAD_REF", "fix"}, {"GITHUB_REF_NAME", "7/merge"}})
                  .at("branch"),
              "fix");
}

TEST(CiLabels, LeaveOutWhatCannotBePrinted) {
    EXPECT_EQ(of({{"GITHUB_SHA", "1a"}, {"GITHUB_REF_NAME", "\x1b[31m"}}),
              (model::Labels{{"commit", "1a"}}));
}

TEST(JoinedLabels, HaveTheCommitOfTheCheckout) {
    const model::Labels job{{"commit", "1a"}, {"branch", "fix"}, {"build", "7"}};
    EXPECT_EQ(join_labels(std::nullopt, job), job);
    EXPECT_EQ(join_labels(Checkout{"1a", ""}, job), job);
    EXPECT_EQ(join_labels(Checkout{"0b", ""}, job),
              (model::Labels{{"commit", "0b"}, {"build", "7"}}));
    EXPECT_EQ(join_labels(Checkout{"0b", "main"}, job),
              (model::Labels{{"commit", "0b"}, {"branch", "main"}, {"build", "7"}}));
    EXPECT_EQ(join_labels(Checkout{"0b", "main"}, {}),
              (model::Labels{{"commit", "0b"}, {"branch", "main"}}));
}

TEST(FoundLabels, LeaveThoseThatWereGiven) {
    const model::Labels labels = find_labels({XDP_BENCH_SOURCE_DIR "/CMakeLists.txt"},
                                             {{"commit", "mine"}, {"board", "left"}});
    EXPECT_EQ(labels.at("commit"), "mine");
    EXPECT_EQ(labels.at("board"), "left");
}

}  // namespace
}  // namespace xdpbench::probe
