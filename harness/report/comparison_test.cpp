#include "report/comparison.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace xdpbench::report {
namespace {

model::ComparedCase separate_case(double refused, model::Bound bound) {
    model::ComparedCase one;
    one.setup.mode = model::Mode::native;
    one.setup.variant = "/size:imix/flows:100/separate";
    one.setup.size = "imix";
    one.setup.placement = model::Placement::separate;
    one.setup.cpu = 1;
    one.setup.generator_cpu = 0;
    one.setup.action = model::Action::tx;
    one.setup.frames = 300;
    one.setup.shortest = 60;
    one.setup.longest = 1514;
    one.setup.flows = 100;
    one.measure = model::Measure::packet;
    one.comparison.blocks = 24;
    one.comparison.judgement = stats::Judgement::same;
    one.refused = refused;
    one.bound = bound;
    return one;
}

TEST(ComparisonText, SaysTheShapeAndWhichSideTheRateIsBoundBy) {
    model::CompareRecord record;
    record.cpu = 1;
    record.cases = {separate_case(0.25, model::Bound::program),
                    separate_case(0, model::Bound::generator)};
    const std::string text = comparison_text(record);
    EXPECT_NE(text.find("  native/size:imix/flows:100/separate "), std::string::npos) << text;
    EXPECT_NE(text.find("300 frames of 60 to 1514 bytes in 100 flows"), std::string::npos) << text;
    EXPECT_NE(text.find("bound by program: 25.00 % of the frames"), std::string::npos) << text;
    EXPECT_NE(
        text.find("bound by generator: 0.00 % of the frames found the ring before the program "
                  "full; how fast the program is does not show here"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("on CPU 1, the generator on CPU 0"), std::string::npos) << text;
}

TEST(ComparisonText, OneCpuHasNoGeneratorAndNoBound) {
    model::CompareRecord record;
    model::ComparedCase one = separate_case(0, model::Bound::none);
    one.setup.generator_cpu = one.setup.cpu;
    record.cases = {one};
    const std::string text = comparison_text(record);
    EXPECT_EQ(text.find("bound by"), std::string::npos) << text;
    EXPECT_EQ(text.find("the generator on"), std::string::npos) << text;
}

// The machine was slower in the second half: the medians say more, each block says less.
TEST(ComparisonText, MoreIsOfEachBlockAndNotOfTheMedians) {
    model::CompareRecord record;
    model::ComparedCase one = separate_case(0, model::Bound::none);
    one.base_samples = {20, 21, 22, 40, 41};
    one.contender_samples = {19, 20, 30, 39, 40};
    one.base_ns = 22;
    one.contender_ns = 30;
    one.comparison.effect = -0.03;
    record.cases = {one};
    EXPECT_EQ(one.more_ns(), -1);
    EXPECT_NE(comparison_text(record).find("     -1.0     -3.00 %"), std::string::npos)
        << comparison_text(record);
    EXPECT_EQ(nlohmann::json::parse(to_json(record)).at("cases").at(0).at("difference_ns"), -1);
}

TEST(ComparisonText, WithoutALookThereIsNoEffect) {
    model::CompareRecord record;
    model::ComparedCase one = separate_case(0, model::Bound::none);
    one.comparison = {};
    one.comparison.judgement = stats::Judgement::inconclusive;
    one.ratios = {0.1, 0.2, 0.3};
    one.base_ns = one.contender_ns = one.baseline_ns = 0;
    record.cases = {one};
    const std::string text = comparison_text(record);
    EXPECT_NE(text.find("3 blocks, too few for a first look"), std::string::npos) << text;
    EXPECT_EQ(text.find("0.00 %"), std::string::npos) << text;
    EXPECT_EQ(text.find("0.0  "), std::string::npos) << text;
    record.cases[0].seconds = 2;
    EXPECT_NE(comparison_text(record).find(
                  "3 blocks, too few for a first look (12), and one takes 0.5 s; "
                  "give it more time: --max-time 8s"),
              std::string::npos)
        << comparison_text(record);
    const auto json = nlohmann::json::parse(to_json(record)).at("cases").at(0);
    EXPECT_TRUE(json.at("effect").is_null());
    EXPECT_TRUE(json.at("p").is_null());
}

TEST(ComparisonJson, HasTheSetupOfEachCase) {
    model::CompareRecord record;
    record.cases = {separate_case(0.25, model::Bound::program)};
    const auto one = nlohmann::json::parse(to_json(record)).at("cases").at(0);
    EXPECT_EQ(one.at("name"), "native/size:imix/flows:100/separate");
    EXPECT_EQ(one.at("placement"), "separate");
    EXPECT_EQ(one.at("size"), "imix");
    EXPECT_EQ(one.at("flows"), 100);
    EXPECT_EQ(one.at("generator_cpu"), 0);
    EXPECT_EQ(one.at("bound"), "program");
    EXPECT_EQ(one.at("ring_full_share"), 0.25);
}

}  // namespace
}  // namespace xdpbench::report
