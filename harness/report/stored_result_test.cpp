// Documents are read back into what they were written from, and hostile ones are refused.
#include "report/stored_result.h"

#include <gtest/gtest.h>

#include <string>

#include "latency.h"
#include "report/comparison.h"
#include "report/json.h"
#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

std::string error_of(const std::string& document) {
    const Result<StoredResult> result = read_stored_result(document, "a.json");
    return result ? "none" : result.error().text();
}

TEST(StoredResult, ARunIsWhatItWasWrittenFrom) {
    const std::string document = to_json(sample_run());
    const Result<StoredResult> result = read_stored_result(document, "a.json");
    ASSERT_TRUE(result) << result.error().text();
    const auto* const run = std::get_if<model::RunRecord>(&*result);
    ASSERT_NE(run, nullptr);
    EXPECT_EQ(to_json(*run), document);
}

TEST(StoredResult, AComparisonIsWhatItWasWrittenFrom) {
    const std::string document = to_json(sample_comparison());
    const Result<StoredResult> result = read_stored_result(document, "a.json");
    ASSERT_TRUE(result) << result.error().text();
    const auto* const record = std::get_if<model::CompareRecord>(&*result);
    ASSERT_NE(record, nullptr);
    EXPECT_EQ(to_json(*record), document);
}

TEST(StoredResult, ADeviceIsWhatItWasWrittenFrom) {
    const std::string document = to_json(sample_device());
    const Result<StoredResult> result = read_stored_result(document, "a.json");
    ASSERT_TRUE(result) << result.error().text();
    const auto* const device = std::get_if<model::DeviceRecord>(&*result);
    ASSERT_NE(device, nullptr);
    EXPECT_EQ(to_json(*device), document);
}

TEST(StoredResult, OfTheFirstSchemaTheMeasurements) {
    const Result<StoredResult> result = read_stored_result(
        R"({"schema_version": 1, "environment": {"kernel": "6.1"}, "replays": [{"outcome": 3}],
            "benches": [{"program": "lb", "mode": "native", "rounds": [{"window_ns": [1.5]}]}]})",
        "a.json");
    ASSERT_TRUE(result) << result.error().text();
    const auto& run = std::get<model::RunRecord>(*result);
    EXPECT_TRUE(run.replays.empty());
    ASSERT_EQ(run.benches.size(), 1);
    EXPECT_EQ(run.benches[0].rounds.at(0).window_ns, std::vector<double>{1.5});
}

TEST(StoredResult, WhatIsNoResultIsRefused) {
    EXPECT_NE(error_of("hello").find("it is no JSON document"), std::string::npos);
    EXPECT_NE(error_of("").find("it is no JSON document"), std::string::npos);
    EXPECT_NE(error_of("[]").find("it has no \"schema_version\""), std::string::npos);
    EXPECT_NE(error_of(R"({"schema_version": 2})").find("it has neither \"benches\" nor \"kind\""),
              std::string::npos);
    EXPECT_NE(error_of(R"({"schema_version": 3})").find("this tool reads 1 and 2"),
              std::string::npos);
    EXPECT_NE(error_of(std::string(100'000, '[')).find("nested too deep"), std::string::npos);
}

TEST(StoredResult, WhatIsCutOffOrDamagedIsNamedWithItsPlace) {
    const std::string whole = "{\n  \"schema_version\": 2,\n  \"benches\": []\n}\n";
    for (std::size_t size = 1; size + 2 < whole.size(); ++size)
        EXPECT_NE(error_of(whole.substr(0, size)).find("is incomplete or damaged: "),
                  std::string::npos)
            << size;
    EXPECT_NE(error_of(whole.substr(0, 30)).find("it ends too early, at line 3, byte 30 of 30"),
              std::string::npos)
        << error_of(whole.substr(0, 30));
    std::string damaged = whole;
    damaged[24] = '?';
    EXPECT_NE(error_of(damaged).find("what follows is no JSON, at line 2, byte 25 of 43"),
              std::string::npos)
        << error_of(damaged);
}

TEST(StoredResult, ANumberWithoutEndIsDamage) {
    const std::string error = error_of(R"({"schema_version": 2, "benches": [], "seconds": 1)" +
                                       std::string(400, '0') + "}");
    EXPECT_NE(error.find("is damaged: a number in it is too large"), std::string::npos) << error;
    EXPECT_LT(error.size(), 300U);
}

TEST(StoredResult, OfAnotherKindIsNamed) {
    const std::string history = error_of(R"({"schema_version": 2, "kind": "history"})");
    EXPECT_NE(history.find("its kind is \"history\""), std::string::npos) << history;
    EXPECT_NE(error_of(R"({"schema_version": 2})").find("neither \"benches\" nor \"kind\""),
              std::string::npos);
}

TEST(StoredResult, AValueOfAnotherTypeIsNamedWithItsPlace) {
    const auto error_in = [](const std::string& keys) {
        return error_of(R"({"schema_version": 2, "environment": {}, )" + keys + "}");
    };
    EXPECT_NE(error_in(R"("benches": [{}, {"rounds": [{"seconds": "1"}]}])")
                  .find("benches[1].rounds[0].seconds is no number"),
              std::string::npos);
    EXPECT_NE(error_in(R"("benches": {})").find("benches is no list"), std::string::npos);
    EXPECT_NE(error_in(R"("benches": [7])").find("benches[0] is no object"), std::string::npos);
    EXPECT_NE(error_in(R"("benches": [{"outcome": "splendid"}])")
                  .find("benches[0].outcome has the value \"splendid\", which this tool does not"),
              std::string::npos);
    EXPECT_NE(error_in(R"("benches": [{"frames": -1}])").find("is no whole number from 0"),
              std::string::npos);
    EXPECT_NE(error_in(R"("benches": [{"cpu": 99999999999}])").find("benches[0].cpu"),
              std::string::npos);
    EXPECT_NE(error_in(R"("benches": [{"mode": "<script>"}])").find("no attach mode"),
              std::string::npos);
    EXPECT_NE(
        error_in(R"("benches": [{"rounds": [{"window_ns": [1, 2], "contended": [true]}]}])")
            .find("benches[0].rounds[0].contended has another number of entries than window_ns"),
        std::string::npos);
    EXPECT_NE(error_in(R"("benches": [], "latencies": [{"series": [{"buckets": [[1, 2]]}]}])")
                  .find("latencies[0].series[0].buckets has an entry"),
              std::string::npos);
    EXPECT_NE(error_in(R"("benches": [], "cases": 7)").find("cases is no list"), std::string::npos);
}

}  // namespace
}  // namespace xdpbench::report
