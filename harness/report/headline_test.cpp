#include "report/headline.h"

#include <gtest/gtest.h>

#include "report/entry.h"
#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

ResultTable table_of(const std::vector<Change>& verdicts, std::optional<double> threshold = {}) {
    ResultTable table;
    table.threshold = threshold;
    for (const Change verdict : verdicts) {
        table.rows.emplace_back().bench = "lb/native/XDP_TX";
        table.rows.back().verdict = verdict;
    }
    table.exit_code = exit_code_of(table, threshold.has_value());
    return table;
}

TEST(Headline, SaysWhatIsSlowerThoughNothingAsksForAJudgement) {
    const Headline headline =
        headline_of(table_of({Change::slower, Change::none_shown, Change::slower}));
    EXPECT_EQ(headline.text,
              "2 figures are slower (not judged: no --fail-on-regression), 1 figure shows no "
              "difference");
    EXPECT_EQ(headline.outcome, model::Outcome::invalid);
}

TEST(Headline, WhatIsUndecidedIsNotGreen) {
    const Headline headline = headline_of(table_of({Change::undecided, Change::faster}));
    EXPECT_EQ(headline.text, "1 figure is undecided, 1 figure is faster");
    EXPECT_EQ(headline.outcome, model::Outcome::invalid);
}

TEST(Headline, WithAThresholdItIsTheJudgement) {
    EXPECT_EQ(headline_of(table_of({Change::regression, Change::slower}, 0.05)).text,
              "1 figure is slower than --fail-on-regression allows, 1 figure is slower, which "
              "--fail-on-regression allows");
    EXPECT_EQ(headline_of(table_of({Change::regression}, 0.05)).outcome, model::Outcome::failed);
    EXPECT_EQ(headline_of(table_of({Change::slower}, 0.05)).outcome, model::Outcome::passed);
    EXPECT_EQ(headline_of(table_of({Change::none_shown}, 0.05)).outcome, model::Outcome::passed);
}

TEST(Headline, OfNothingThatCouldBeCompared) {
    EXPECT_EQ(headline_of(table_of({Change::not_compared})).text, "1 figure is not compared");
    EXPECT_EQ(headline_of(table_of({Change::not_compared})).outcome, model::Outcome::invalid);
    EXPECT_EQ(headline_of(table_of({})).text, "there is nothing to compare");
}

TEST(Headline, InconclusiveIsNotInvalid) {
    model::CompareRecord record = sample_comparison();
    EXPECT_EQ(headline_of(record).text, "the contender is slower");
    EXPECT_EQ(headline_of(record).outcome, model::Outcome::failed);
    record.cases[0].comparison.judgement = stats::Judgement::inconclusive;
    record.exit_code = model::kInvalid;
    EXPECT_EQ(headline_of(record).text,
              "inconclusive: it is not known whether the contender is slower");
    record.cases[0].comparison.judgement = stats::Judgement::invalid;
    EXPECT_EQ(headline_of(record).text, "a measurement is invalid");
    record.interrupted = true;
    EXPECT_TRUE(headline_of(record).text.starts_with("interrupted"));
}

TEST(Headline, OfAQualificationIsItsVerdict) {
    model::QualificationRecord record;
    record.device = "eth1";
    record.cases = {{"data", "actions", model::Finding::fail, "no", 1, ""}};
    record.exit_code = model::kFailed;
    EXPECT_EQ(headline_of(record).text, "eth1: not qualified");
    EXPECT_EQ(headline_of(record).outcome, model::Outcome::failed);
}

TEST(OutcomesText, CountsInconclusiveApartFromInvalid) {
    model::CompareRecord record = sample_comparison();
    record.cases.assign(3, record.cases[0]);
    record.cases[1].comparison.judgement = stats::Judgement::inconclusive;
    record.cases[2].comparison.judgement = stats::Judgement::invalid;
    EXPECT_EQ(outcomes_text(list_entries(&record)), "1 slower, 1 inconclusive, 1 invalid");
}

}  // namespace
}  // namespace xdpbench::report
