// Broken and hostile files: never a crash, never a hang, always a scenario or an input error that
// names its place in the file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "scenario/parse.h"
#include "scenario/sample_scenario_test.h"
#include "scenario/yaml.h"

namespace xdpbench::scenario {
namespace {

// What is wrong with the answer to `text`; empty if nothing is.
std::string fault(const std::string& text) {
    const auto scenario = parse_scenario_text(text, "s.yaml");
    if (scenario) return scenario->name.empty() ? "a scenario without a name" : "";
    const Error& error = scenario.error();
    if (error.kind != ErrorKind::input) return "not an input error: " + error.what;
    int line = 0;
    int column = 0;
    if (std::sscanf(error.what.c_str(), "s.yaml:%d:%d: ", &line, &column) != 2) {
        return "no place: " + error.what;
    }
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    return line >= 1 && line <= lines && column >= 1 ? ""
                                                     : "a place outside the file: " + error.what;
}

TEST(Robustness, AFileCutAnywhere) {
    for (std::size_t size = 0; size < kSampleScenario.size(); ++size) {
        const std::string cut = kSampleScenario.substr(0, size);
        ASSERT_EQ(fault(cut), "") << cut;
    }
}

TEST(Robustness, AFileCutInTheMiddleOfWhatItNeedsIsAnError) {
    const std::size_t first_check = kSampleScenario.find("checks:");
    for (std::size_t size = 0; size < first_check; ++size) {
        ASSERT_FALSE(parse_scenario_text(kSampleScenario.substr(0, size), "s.yaml")) << size;
    }
}

TEST(Robustness, FlippedBytes) {
    std::mt19937 random(20240229);
    for (int round = 0; round < 1500; ++round) {
        std::string text = kSampleScenario;
        for (auto flips = random() % 4 + 1; flips > 0; --flips) {
            char& byte = text[random() % text.size()];
            byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << (random() % 8)));
        }
        ASSERT_EQ(fault(text), "") << text;
    }
}

TEST(Robustness, MovedPieces) {
    const std::string_view syntax = "{}[]:,-?&*!|>'\"#%@` \n\t~<";
    std::mt19937 random(7);
    for (int round = 0; round < 1500; ++round) {
        std::string text = kSampleScenario;
        for (auto edits = random() % 3 + 1; edits > 0; --edits) {
            text.insert(random() % text.size(), 1, syntax[random() % syntax.size()]);
            text.erase(random() % text.size(), random() % 8);
        }
        ASSERT_EQ(fault(text), "") << text;
    }
}

std::string repeated(std::string_view piece, std::size_t bytes) {
    std::string text;
    while (text.size() + piece.size() <= bytes) text += piece;
    return text;
}

class Repeated : public testing::TestWithParam<std::string> {};

TEST_P(Repeated, IsAnswered) { EXPECT_EQ(fault(repeated(GetParam(), std::size_t{256} << 10)), ""); }

INSTANTIATE_TEST_SUITE_P(Robustness, Repeated,
                         testing::Values("[", "{", "- ", "? ", "a: ", "{a: ", "[a, ", "- a\n", "a",
                                         "\"", "'", "#", "%", "*", "&", "!", "|", "\n", ",", ": ",
                                         "---\n", "...\n", "&a ", "? a\n: ", "]", "}", "\\",
                                         "- - "));

std::string what_of(const std::string& yaml) {
    const auto root = parse_yaml(yaml, "s.yaml");
    return root ? "" : root.error().what;
}

TEST(YamlLimits, ManyValues) {
    EXPECT_EQ(what_of(fmt::format("[{}]", repeated("a,", 2 * (kMaxYamlNodes - 1)))), "");
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "s.yaml:1:200000: more than 100,000 values",
                        what_of(fmt::format("[{}]", repeated("a,", 2 * kMaxYamlNodes))));
}

TEST(YamlLimits, Depth) {
    const std::size_t lists = kMaxYamlDepth - 1;
    EXPECT_EQ(what_of(std::string(lists, '[') + "a" + std::string(lists, ']')), "");
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "s.yaml:1:65: nested more than 64 deep",
                        what_of(std::string(lists + 1, '[') + "a" + std::string(lists + 1, ']')));
}

TEST(YamlLimits, Size) {
    const std::string comment = "a: b\n#";
    EXPECT_EQ(what_of(comment + std::string(kMaxYamlBytes - comment.size(), 'x')), "");
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "at most 4.0 MiB",
                        what_of(comment + std::string(kMaxYamlBytes, 'x')));
}

TEST(YamlLimits, ABillionLaughs) {
    std::string yaml = "a0: &a0 [x, x]\n";
    for (int i = 1; i < 40; ++i) yaml += fmt::format("a{0}: &a{0} [*a{1}, *a{1}]\n", i, i - 1);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "more than 100,000 values, aliases written out",
                        what_of(yaml));
}

TEST(YamlLimits, ManyAliasesOfLongText) {
    const std::string yaml = "- &a " + std::string(1 << 20, 'x') + "\n" + repeated("- *a\n", 500);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "more than 4.0 MiB of text, aliases written out",
                        what_of(yaml));
}

TEST(YamlLimits, AliasesOfAliasesAreNotDeeper) {
    std::string yaml = "- &a0 [x]\n";
    for (int i = 1; i < 80; ++i) yaml += fmt::format("- &a{} [*a{}]\n", i, i - 1);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "s.yaml:63:9: nested more than 64 deep",
                        what_of(yaml));
}

TEST(Yaml, AnAliasIsACopyWithTheOriginalsPlace) {
    const auto root = parse_yaml("- &a { b: c }\n- *a\n", "s.yaml");
    ASSERT_TRUE(root) << root.error().text();
    const YamlNode& copy = root->list()->at(1);
    EXPECT_EQ(copy.where.line, 1);
    EXPECT_EQ(*copy.mapping()->at(0).value.scalar(), "c");
    EXPECT_EQ(copy.mapping()->at(0).where.text(), "s.yaml:1:8");
}

TEST(Yaml, AnAnchorMayBeSetAnew) {
    const auto root = parse_yaml("- &a 1\n- &a 2\n- *a\n", "s.yaml");
    ASSERT_TRUE(root) << root.error().text();
    EXPECT_EQ(*root->list()->at(2).scalar(), "2");
}

TEST(Yaml, TextStaysText) {
    const auto root =
        parse_yaml("[0755, yes, 1e3, 2001-01-01, \"null\", '~', '', ! x, 1_000]", "s.yaml");
    ASSERT_TRUE(root) << root.error().text();
    std::vector<std::string> texts;
    for (const YamlNode& node : *root->list()) texts.push_back(*node.scalar());
    EXPECT_EQ(texts, (std::vector<std::string>{"0755", "yes", "1e3", "2001-01-01", "null", "~", "",
                                               "x", "1_000"}));
}

TEST(Yaml, ADocumentMayHaveMarkers) {
    EXPECT_EQ(what_of("%YAML 1.2\n---\na: b\n...\n"), "");
    EXPECT_EQ(what_of("--- |\n a\n b"), "");
}

}  // namespace
}  // namespace xdpbench::scenario
