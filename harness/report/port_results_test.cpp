// What is reported of real ports: the generator's maximum, queues, traffic of others.
#include <gtest/gtest.h>

#include <string>

#include "report/bench_table.h"
#include "report/bench_text.h"
#include "report/counts_text.h"
#include "report/external_text.h"
#include "report/html.h"
#include "report/load_table.h"
#include "report/markdown.h"
#include "report/sample_results_test.h"

namespace xdpbench::report {
namespace {

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

TEST(PortResults, TheGeneratorsMaximumIsALineAndItsLimitAHint) {
    model::BenchSetup setup = sample_setup();
    EXPECT_EQ(generator_line(setup), "");
    setup.generator_maximum = 2.5e6;
    EXPECT_EQ(generator_line(setup),
              "generator, lb native/size:64: at most 2.5 Mpps over this port, measured first");
    EXPECT_EQ(generator_hint(setup, model::Bound::generator, 2e6), "") << "over a veth of our own";
    setup.placement = model::Placement::device;
    EXPECT_TRUE(has(generator_hint(setup, model::Bound::generator, 2.45e6),
                    "lb native/size:64 is limited by the generator: the program kept up with 98 % "
                    "of what the generator can send (2.5 Mpps)"));
    EXPECT_EQ(generator_hint(setup, model::Bound::program, 2e6), "");
}

// A run over ports, whose bench the generator limits.
model::RunRecord limited_run() {
    model::RunRecord run = sample_run();
    run.benches = {sample_bench()};
    model::BenchSetup& setup = run.benches.front().setup;
    setup.placement = model::Placement::device;
    setup.generator_maximum = 10.2e6;
    run.benches.front().bound = model::Bound::generator;
    return run;
}

TEST(PortResults, EveryReportTellsInTheSameWordsThatTheGeneratorLimits) {
    const model::RunRecord run = limited_run();
    const std::string share =
        "is limited by the generator: the program kept up with 98 % of what the generator can send";
    EXPECT_TRUE(has(bench_table(run.benches), "lb native/size:64 " + share));
    EXPECT_TRUE(has(to_html(Source(&run)), "lb native/size:64 " + share));
    EXPECT_TRUE(has(to_markdown(&run), share)) << to_markdown(&run);
    const std::string line = "generator, lb native/size:64: at most 10.2 Mpps over this port";
    EXPECT_TRUE(has(bench_heading(run.benches, "lb"), line));
    EXPECT_TRUE(has(bench_text(run.benches.front()), line));
}

TEST(PortResults, EveryBenchHasItsOwnGeneratorsMaximum) {
    model::RunRecord run = limited_run();
    run.benches.push_back(run.benches.front());
    run.benches.push_back(run.benches.front());
    run.benches.back().setup.variant = "/size:128";
    run.benches.back().setup.generator_maximum = 5e6;
    const std::string heading = bench_heading(run.benches, "lb");
    EXPECT_TRUE(has(heading, "generator, lb native/size:128: at most 5 Mpps")) << heading;
    const std::string first = "generator, lb native/size:64";
    EXPECT_EQ(heading.find(first), heading.rfind(first)) << "once\n" << heading;
}

TEST(PortResults, ASearchThatTheGeneratorLimitsSaysSo) {
    model::LoadRecord search = sample_load(model::LoadKind::search);
    search.setup.placement = model::Placement::device;
    search.setup.generator_maximum = 2e6;
    search.goals.front().result.bounds.lower = 1.9e6;
    search.goals.front().bound = model::Bound::generator;
    const std::string text = load_tables({search});
    EXPECT_TRUE(has(text, "generator, lb native/size:64: at most 2 Mpps over this port")) << text;
    EXPECT_TRUE(has(text, "kept up with 95 % of what the generator can send (2 Mpps)")) << text;
}

TEST(PortResults, TheTableOfQueuesHasARowForEachStep) {
    const std::string text = scaling_text(sample_port_scaling());
    EXPECT_TRUE(has(text, "queues"));
    EXPECT_TRUE(has(text, "generator  CPU 1 100 %")) << text;
    EXPECT_TRUE(has(text, "path  CPU 0 25 %, CPU 1 75 %")) << text;
    EXPECT_TRUE(has(text, "25.00 %"));
    EXPECT_TRUE(has(text,
                    "1 queue, 1 CPU sending: limited by the generator: the program kept up "
                    "with 88 % of what the generator can send (1.2 Mpps)"))
        << text;
    EXPECT_FALSE(has(text, "4 queues, 2 CPUs sending")) << "limited by the path";
    EXPECT_FALSE(has(text, "apart"));
}

TEST(PortResults, TooFewFlowsForTheQueuesAreAHint) {
    model::ScalingRecord scaling = sample_port_scaling();
    scaling.setup.flows = 1;
    EXPECT_TRUE(has(scaling_text(scaling), "the traffic has 1 flow for 4 queues"));
    scaling.setup.flows = 4;
    EXPECT_FALSE(has(scaling_text(scaling), "hint"));
}

TEST(PortResults, TrafficOfOthersIsAskedForWithTheTimeThatThereIs) {
    EXPECT_EQ(external_request("eth1", 1.5),
              "send frames to eth1 from the other device now: each measurement waits up to 1.5 s "
              "for the first one, then counts for 1.5 s (--duration)");
}

TEST(PortResults, TrafficOfOthersIsReportedWithWhatCountedIt) {
    const std::string text = external_text(sample_external());
    for (const char* const part :
         {"3,000,000 frames, 1.5 Mpps; lowest 1 Mpps, highest 2 Mpps in 2 intervals",
          "999,000 left by eth3", "rx_queue_0_packets 3,000,000", "rx_missed_errors 12",
          "CPU 1 98 % (97 % in soft interrupts)", "what was sent is not known", "counted by the "})
        EXPECT_TRUE(has(text, part)) << part << "\n" << text;
    EXPECT_FALSE(has(text, "CPU 0 0 %")) << "idle";
}

TEST(PortResults, AQualificationsPageHasTheCardAndItsFeatures) {
    model::QualificationRecord record;
    record.device = "eth1";
    record.environment = {{"driver", "igb"},
                          {"pci", "0000:01:00.0"},
                          {"queues", "combined 4"},
                          {"firmware", "3.16"},
                          {"mtu", "1500"}};
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
    for (const char* const part :
         {"<dt>driver</dt><dd>igb, firmware 3.16</dd>", "<dt>bus</dt>", "<dt>MTU</dt><dd>1500</dd>",
          "Features", "declared", "refused", "does not &lt;b&gt;"})
        EXPECT_TRUE(has(page, part)) << part;
    const std::string features = page.substr(page.find("Features"));
    EXPECT_FALSE(has(features.substr(0, features.find("</table>")), "control.attach"));
}

}  // namespace
}  // namespace xdpbench::report
