#include "report/qualification_json.h"

#include <gtest/gtest.h>

namespace xdpbench::report {
namespace {

model::QualificationRecord example() {
    model::QualificationRecord record;
    record.command_line = "xdp-bench qualify --dev a";
    record.device = "a";
    record.peer = "b";
    record.planned = {"control.mtu", "data.actions"};
    record.environment = {{"kernel", "6.1"}};
    record.running = "data.actions";
    record.cases = {{"control", "mtu", model::Finding::fail, "no \"room\"\n\xff", 1.5, "repeat"}};
    record.cases[0].declared = "yes";
    record.cases[0].rates = {{"64, 2 queues", 3e6, 2e6, 1e6, 4e6, 7, model::RateLimit::way_out}};
    return record;
}

TEST(QualificationJson, IsReadAsItWasWritten) {
    const auto read = parse_qualification(to_json(example()), "x.json");
    ASSERT_TRUE(read) << read.error().text();
    EXPECT_EQ(read->planned, example().planned);
    EXPECT_EQ(read->running, "data.actions");
    EXPECT_EQ(read->environment, example().environment);
    ASSERT_EQ(read->cases.size(), 1U);
    EXPECT_EQ(read->cases[0].full_name(), "control.mtu");
    EXPECT_EQ(read->cases[0].finding, model::Finding::fail);
    EXPECT_EQ(read->cases[0].seconds, 1.5);
    EXPECT_EQ(read->cases[0].declared, "yes");
    ASSERT_EQ(read->cases[0].rates.size(), 1U);
    const model::PortRate& rate = read->cases[0].rates[0];
    EXPECT_EQ(rate.frames, "64, 2 queues");
    EXPECT_EQ(rate.offered, 3e6);
    EXPECT_EQ(rate.processed, 2e6);
    EXPECT_EQ(rate.forwarded, 1e6);
    EXPECT_EQ(rate.share_of_line(), 0.25);
    EXPECT_EQ(rate.lost, 7U);
    EXPECT_EQ(rate.limit, model::RateLimit::way_out);
}

TEST(QualificationJson, NamesTheVerdict) {
    EXPECT_NE(to_json(example()).find("\"not qualified\""), std::string::npos);
}

TEST(QualificationJson, OtherDocumentsAreRejected) {
    for (const char* const text :
         {"", "[]", "{}", "{\"kind\": 5}", "{\"kind\": \"qualification\"}"}) {
        const auto read = parse_qualification(text, "x.json");
        ASSERT_FALSE(read) << text;
        EXPECT_NE(read.error().what.find("x.json"), std::string::npos);
    }
}

// In the place of `known` in the document of example().
std::string error_with(const std::string& known, const std::string& unknown) {
    std::string text = to_json(example());
    text.replace(text.find(known), known.size(), unknown);
    const auto read = parse_qualification(text, "x.json");
    return read ? "it was read" : read.error().text();
}

TEST(QualificationJson, UnknownValuesAreRejected) {
    const std::string finding = error_with("\"FAIL\"", "\"FAILED\"");
    EXPECT_NE(finding.find("x.json cannot be read: case control.mtu has the unknown finding "
                           "\"FAILED\""),
              std::string::npos)
        << finding;
    const std::string limit = error_with("\"way out\"", "\"moon\"");
    EXPECT_NE(limit.find("x.json cannot be read: case control.mtu has the unknown limited_by "
                         "\"moon\""),
              std::string::npos)
        << limit;
}

}  // namespace
}  // namespace xdpbench::report
