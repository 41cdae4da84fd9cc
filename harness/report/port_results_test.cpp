// What is reported of real ports: the generator's maximum, queues, traffic of others.
#include <gtest/gtest.h>

#include <string>

#include "report/bench_text.h"
#include "report/counts_text.h"
#include "report/external_text.h"
#include "report/html.h"
#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(PortResults, TheGeneratorsMaximumIsALineAndItsLimitAHint) {
    model::BenchSetup setup = sample_setup();
    EXPECT_EQ(generator_line(setup), "");
    setup.generator_most = 2.5e6;
    EXPECT_TRUE(has(generator_line(setup), "the generator sends at most 2.5 Mpps"))
        << generator_line(setup);
    EXPECT_EQ(generator_hint(setup, model::Bound::generator), "") << "over a veth of our own";
    setup.placement = model::Placement::device;
    EXPECT_TRUE(has(generator_hint(setup, model::Bound::generator), "is limited by the generator"));
    EXPECT_EQ(generator_hint(setup, model::Bound::program), "");
}

TEST(PortResults, TheTableOfQueuesHasARowForEachStep) {
    const std::string text = scaling_text(sample_port_scaling());
    EXPECT_TRUE(has(text, "queues"));
    EXPECT_TRUE(has(text, "generator  CPU 1 100 %")) << text;
    EXPECT_TRUE(has(text, "path       CPU 0 25 %, CPU 1 75 %")) << text;
    EXPECT_TRUE(has(text, "25.00 %"));
    EXPECT_FALSE(has(text, "apart"));
}

TEST(PortResults, TooFewFlowsForTheQueuesAreAHint) {
    model::ScalingRecord scaling = sample_port_scaling();
    scaling.setup.flows = 1;
    EXPECT_TRUE(has(scaling_text(scaling), "the traffic has 1 flow for 4 queues"));
    scaling.setup.flows = 4;
    EXPECT_FALSE(has(scaling_text(scaling), "hint"));
}

TEST(PortResults, TrafficOfOthersIsReportedWithWhatCountedIt) {
    const std::string text = external_text(sample_external());
    for (const char* const part :
         {"3,000,000 frames, 1.5 Mpps; lowest 1 Mpps, highest 2 Mpps in 2 intervals",
          "999,000 left by eth3", "rx_queue_0_packets 3,000,000", "rx_missed_errors 12",
          "CPU 1 98 % (97 % in soft interrupts)", "what was sent is not known"})
        EXPECT_TRUE(has(text, part)) << part << "\n" << text;
    EXPECT_FALSE(has(text, "CPU 0 0 %")) << "idle";
}

TEST(PortResults, AQualificationsPageHasTheCardAndItsFeatures) {
    model::QualificationRecord record;
    record.device = "eth1";
    record.environment = {{"driver", "igb"}, {"pci", "0000:01:00.0"}, {"queues", "combined 4"}};
    record.cases = {{"control",
                     "features_hw_offload",
                     model::Finding::skip,
                     "Underlying driver does not <b>",
                     0.1,
                     "repeat",
                     {},
                     "no"},
                    {"control", "attach", model::Finding::pass, "", 0.1, "repeat", {}, ""}};
    const std::string page = to_html(Source(&record));
    for (const char* const part : {"<dt>driver</dt><dd>igb</dd>", "<dt>bus</dt>", "Features",
                                   "declared", "refused", "does not &lt;b&gt;"})
        EXPECT_TRUE(has(page, part)) << part;
    const std::string features = page.substr(page.find("Features"));
    EXPECT_FALSE(has(features.substr(0, features.find("</table>")), "control.attach"));
}

}  // namespace
}  // namespace xdpbench::report
