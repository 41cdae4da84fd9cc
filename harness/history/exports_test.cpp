#include "history/exports.h"

#include <gtest/gtest.h>

#include "base/text.h"
#include "history/history_text.h"
#include "history/sample_runs_test.h"

namespace xdpbench::history {
namespace {

TEST(HistoryText, HasALineForEachSeries) {
    const std::string text = to_text(sample_history(shifted(20, 8)));
    EXPECT_EQ(text.find("28 results, 2026-11-01 to 2026-11-02\n\nhost h, kernel 6.18\n"), 0U)
        << text;
    EXPECT_NE(text.find("p/test_run/XDP_TX  cycles/packet   110.4       28  ▁▁"), std::string::npos)
        << text;
    EXPECT_NE(text.find("+10.0 % (slower) from c20 (2026-11-01) on, confidence 99.9 %"),
              std::string::npos)
        << text;
}

TEST(HistoryText, SaysThatThereIsNoChangeOrTooLittleToTell) {
    EXPECT_NE(to_text(sample_history(shifted(11, 0))).find("no change"), std::string::npos);
    EXPECT_NE(to_text(sample_history(shifted(10, 0))).find("too few results"), std::string::npos);
}

TEST(HistoryText, ShortensCommitsAndTurnsRatesAround) {
    History history = sample_history(shifted(20, 20));
    history.runs[20].labels["commit"] = std::string(40, 'a');
    history.series[0].measure = Measure::mpps;
    EXPECT_EQ(change_text(history, history.series[0], history.series[0].changes[0])
                  .find("+10.0 % (faster) from aaaaaaaaaa (2026-11-01) on"),
              0U);
    history.runs[20].labels.clear();
    EXPECT_NE(to_text(history).find("from 20.json (2026-11-01) on"), std::string::npos);
}

TEST(HistoryText, NamesWhatIsLeftOut) {
    HistoryBuilder builder({});
    builder.leave_out("bad.json", "it is no JSON document");
    EXPECT_NE(to_text(std::move(builder).build()).find("bad.json: it is no JSON document\n"),
              std::string::npos);
}

TEST(HistoryHtml, SaysWhatItIsOfAndWhatChanged) {
    History history = sample_history(shifted(20, 8));
    const std::string page = to_html(history, "xdp-bench history results");
    for (const char* const part :
         {"<h1>history</h1>", "class=\"verdict invalid\">1 of 1 series changed<",
          "28 results, 2026-11-01 to 2026-11-02<", "<dd>xdp-bench history results</dd>",
          "<figcaption>p/test_run/XDP_TX, cycles/packet</figcaption>", ">c0</text>", ">c27</text>"})
        EXPECT_NE(page.find(part), std::string::npos) << part;
    for (auto& run : history.runs) run.labels.clear();
    EXPECT_NE(to_html(sample_history(shifted(10, 0)), "").find("fewer than 11 results"),
              std::string::npos);
    EXPECT_NE(to_html(history, "").find(">2026-11-01</text>"), std::string::npos) << "no file name";
    EXPECT_NE(
        to_html(sample_history(shifted(20, 0)), "").find("verdict passed\">no series changed"),
        std::string::npos);
}

TEST(HistoryJson, HasPointsAndChanges) {
    const auto json = nlohmann::json::parse(to_json(sample_history(shifted(20, 8))));
    EXPECT_EQ(json["kind"], "history");
    EXPECT_EQ(json["results"], 28);
    const auto& series = json["series"][0];
    EXPECT_EQ(series["points"].size(), 28U);
    EXPECT_EQ(series["points"][3]["labels"]["commit"], "c3");
    EXPECT_EQ(series["changes"][0]["index"], 20);
    EXPECT_EQ(series["changes"][0]["first"]["labels"]["commit"], "c20");
    EXPECT_EQ(series["changes"][0]["last_before"]["labels"]["commit"], "c19");
    EXPECT_NEAR(series["changes"][0]["effect"], 0.1, 0.005);
}

TEST(Csv, QuotesWhatNeedsIt) {
    History history = sample_history({1.5, 2});
    history.runs[0].labels["branch"] = "a,\"b\"";
    const std::vector<std::string> rows = split(to_csv(history), '\n');
    ASSERT_EQ(rows.size(), 4U);  // header, two values, nothing behind the last line end
    EXPECT_EQ(rows[1],
              "p/test_run/XDP_TX,cycles/packet,h,6.18,,test_run,,2026-11-01T00:00:00Z,c0,"
              "\"a,\"\"b\"\"\",,1.5,1.5,,,0.json\r");
}

TEST(OpenMetrics, HaveTheNewestValueAndTheLastChange) {
    const std::string text = to_openmetrics(sample_history(shifted(20, 8)));
    EXPECT_NE(text.find("xdp_bench_history_packet_cycles{series=\"p/test_run/XDP_TX\",host=\"h\","
                        "kernel=\"6.18\",placement=\"test_run\"} 110.4\n"),
              std::string::npos)
        << text;
    EXPECT_NE(text.find("commit=\"c20\"} 0.09"), std::string::npos) << text;
    EXPECT_EQ(text.substr(text.size() - 6), "# EOF\n");
}

// Their labels are all that keeps them apart.
TEST(OpenMetrics, OfEnvironmentsThatDifferHaveWhatDiffers) {
    HistoryBuilder builder({});
    for (const char* const cpus : {"2", "4"}) {
        SavedRun run;
        run.started = "2026-11-01T00:00:00Z";
        run.environment = {{"host", "h"}, {"kernel", "6.18"}, {"cpus_online", cpus}};
        run.figures = {{"p", Measure::cycles, {}, 100}};
        builder.add(std::string(cpus) + ".json", std::move(run));
    }
    const std::string text = to_openmetrics(std::move(builder).build());
    for (const char* const cpus : {"2", "4"})
        EXPECT_NE(text.find(fmt::format("{{series=\"p\",host=\"h\",kernel=\"6.18\",placement="
                                        "\"\",cpus_online=\"{}\"}} 100\n",
                                        cpus)),
                  std::string::npos)
            << text;
}

TEST(Otava, HasATestForEachSeriesWithAFile) {
    const std::vector<NamedDocument> documents = to_otava(sample_history({1.5, 2}));
    ASSERT_EQ(documents.size(), 2U);
    EXPECT_EQ(documents[0].name, "otava.yaml");
    EXPECT_EQ(documents[0].content,
              "tests:\n  p-test_run-XDP_TX-cycles-packet-1:\n    type: csv\n"
              "    file: p-test_run-XDP_TX-cycles-packet-1.csv\n    time_column: time\n"
              "    attributes: [commit, branch, file]\n    metrics:\n"
              "      cycles: {column: cycles, direction: -1}\n");
    EXPECT_EQ(documents[1].content,
              "time,commit,branch,file,cycles\r\n2026-11-01T00:00:00Z,c0,,0.json,1.5\r\n"
              "2026-11-01T01:00:00Z,c1,,1.json,2\r\n");
}

}  // namespace
}  // namespace xdpbench::history
