#include "report/markdown.h"

#include <gtest/gtest.h>

#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(Markdown, OfARunTheVerdictTheTableAndWhatFailed) {
    const model::RunRecord run = sample_run();
    const std::string text = to_markdown(&run);
    EXPECT_TRUE(text.starts_with("### xdp-bench: failed: the program is wrong"));
    EXPECT_TRUE(contains(text, "| path | Mpps | ns/packet | precision | baseline |"));
    EXPECT_TRUE(contains(text, "**failed**: check.lb: fails\n\n```text\nip.ttl\n```\n"));
    EXPECT_TRUE(contains(text, "```text\nxdp-bench run --prog lb --only check\n```"));
    EXPECT_TRUE(contains(text, "```text\nxdp-bench --prog lb\n```"));
}

TEST(Markdown, OfAComparisonWhatBecameSlowerWithItsInterval) {
    const model::CompareRecord record = sample_comparison();
    const std::string text = to_markdown(&record);
    EXPECT_TRUE(text.starts_with("### xdp-bench: the contender is slower"));
    EXPECT_TRUE(contains(text,
                         "- **lb native/size:64 became slower**: +3.10 % (+2.00 to +4.00 %) of "
                         "the program's own time, 103.0 ns/packet instead of 100.0\n"));
    EXPECT_TRUE(contains(text, "| lb native/size:64 | slower | 100.0 | 103.0 |"));
}

TEST(Markdown, NothingFromOutsideIsMarkup) {
    model::RunRecord run = sample_run();
    run.cases[1].name = "a | b <script> **c**\n# d";
    run.cases[1].message = "```\n# no title";
    run.environment = {{"kernel", "[6.1](x)"}};
    const std::string text = to_markdown(&run);
    EXPECT_TRUE(contains(text, "a \\| b \\<script\\> \\*\\*c\\*\\* \\# d"));
    EXPECT_TRUE(contains(text, "````text\n```\n# no title\n````\n"));
    EXPECT_TRUE(contains(text, "kernel \\[6.1\\]\\(x\\)"));
}

}  // namespace
}  // namespace xdpbench::report
