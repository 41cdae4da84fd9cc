#include "commands/run_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <tuple>

namespace xdpbench::commands {
namespace {

// What `run` does with these words.
Result<run::RunOptions> parsed(std::vector<std::string> words) {
    CLI::App app;
    RunArguments arguments;
    add_run_options(app, arguments);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return parse_run(arguments);
}

run::RunOptions options(const std::vector<std::string>& words) {
    Result<run::RunOptions> result = parsed(words);
    EXPECT_TRUE(result) << result.error().text();
    return result ? *std::move(result) : run::RunOptions{};
}

std::string refusal(const std::vector<std::string>& words) {
    const Result<run::RunOptions> result = parsed(words);
    EXPECT_FALSE(result) << words.back();
    if (result) return "";
    EXPECT_EQ(result.error().kind, ErrorKind::input);
    return result.error().text();
}

TEST(RunArguments, HaveDefaults) {
    const run::RunOptions run = options({"--prog", "xdp_drop"});
    EXPECT_EQ(run.programs, std::vector<std::string>{"xdp_drop"});
    EXPECT_EQ(run.modes, std::vector<model::Mode>{model::Mode::native});
    EXPECT_TRUE(run.check && run.replay && run.bench);
    EXPECT_FALSE(run.search || run.latency || run.keep || run.pin_maps);
    EXPECT_EQ(run.seconds, 1);
    EXPECT_EQ(run.rounds, 5);
    EXPECT_EQ(run.shapes.size(), 1U);
    EXPECT_EQ(run.placement, std::nullopt);
    EXPECT_EQ(run.device, std::nullopt);
    EXPECT_TRUE(run.traffic.empty() && run.rates.empty() && run.cpus.empty());
}

TEST(RunArguments, OfAGeneratorDoNotGoWithTrafficOfOthers) {
    for (const auto& [option, value, why] :
         {std::tuple{"--cpus", "0", "no CPU of this machine does"},
          {"--size", "64", "choose the size of their frames"},
          {"--flows", "8", "choose the flows"},
          {"--rate", "1kpps", "what arrives is counted for --duration"}}) {
        const std::string text = refusal(
            {"--prog", "xdp_drop", "--dev", "nowhere", "--traffic", "external", option, value});
        EXPECT_TRUE(text.starts_with(std::string(option) +
                                     " does not go with --traffic external: others send"))
            << text;
        EXPECT_NE(text.find(why), std::string::npos) << text;
    }
}

TEST(RunArguments, TakeListsWithCommas) {
    const run::RunOptions run =
        options({"--prog", "xdp_drop,./a.o:f", "--mode", "native,generic,native", "--only",
                 "bench,search", "--size", "64,imix", "--rate", "500kpps,50%", "--loss", "0,1%"});
    EXPECT_EQ(run.programs, (std::vector<std::string>{"xdp_drop", "./a.o:f"}));
    EXPECT_EQ(run.modes, (std::vector<model::Mode>{model::Mode::native, model::Mode::generic}));
    EXPECT_TRUE(run.bench && run.search);
    EXPECT_FALSE(run.check || run.replay || run.latency);
    ASSERT_EQ(run.shapes.size(), 2U);
    EXPECT_EQ(run.shapes[0].sizes, std::vector<std::size_t>{64});
    EXPECT_TRUE(run.shapes[1].imix);
    ASSERT_EQ(run.rates.size(), 2U);
    EXPECT_EQ(run.rates[0].pps, 500e3);
    EXPECT_EQ(run.rates[1].share, 0.5);
    EXPECT_EQ(run.goals.losses, (std::vector<double>{0, 0.01}));
}

TEST(RunArguments, TakeAllModes) {
    EXPECT_EQ(options({"--mode", "all"}).modes.size(), 3U);
    EXPECT_EQ(options({"--mode", "native,all"}).modes.size(), 3U);
}

TEST(RunArguments, TakeMeasurementAndTrafficOptions) {
    const run::RunOptions run =
        options({"--duration",  "250ms",         "--rounds", "3",      "--flows", "1000",
                 "--placement", "separate",      "--pcap",   "a.pcap", "--cut",   "pad",
                 "--set",       "a=1",           "--set",    "b[2]=3", "--keep",  "--pin-maps",
                 "--only",      "replay,search", "--exceed", "20%",    "--width", "1%"});
    EXPECT_EQ(run.seconds, 0.25);
    EXPECT_EQ(run.rounds, 3);
    EXPECT_EQ(run.shapes.front().flows, 1000U);
    EXPECT_EQ(run.placement, model::Placement::separate);
    EXPECT_EQ(run.traffic.pcap, "a.pcap");
    EXPECT_EQ(run.traffic.cut, packet::CutFrames::pad);
    EXPECT_EQ(run.settings, (std::vector<std::string>{"a=1", "b[2]=3"}));
    EXPECT_TRUE(run.keep && run.pin_maps);
    EXPECT_EQ(run.goals.exceed, 0.2);
    EXPECT_EQ(run.goals.width, 0.01);
}

TEST(RunArguments, NameTheOptionOfAWrongValue) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--mode", "nativ"}, "--mode nativ: there is no such mode (did you mean native?)"},
        {{"--only", "serch"}, "--only serch: there is no such part (did you mean search?)"},
        {{"--placement", "share"}, "--placement share: there is no such placement"},
        {{"--cpus", "0", "--placement", "other_node"},
         "--cpus and --placement other_node do not go together"},
        {{"--cut", "off"}, "--cut off: there is no such choice"},
        {{"--duration", "0"}, "--duration 0 is not a time"},
        {{"--duration", "2h"}, "--duration 2h is not a time"},
        {{"--duration", "61m"}, "--duration 61m is not a time"},
        {{"--rounds", "0"}, "--rounds 0 is not between 1 and 10000"},
        {{"--rounds", "10001"}, "--rounds 10001 is not between 1 and 10000"},
        {{"--flows", "0"}, "--flows 0 is not between 1 and 1,000,000"},
        {{"--size", "9"}, "--size 9 is neither imix nor a number"},
        {{"--size", "64,64"}, "--size names 64 twice"},
        {{"--rate", "5"}, "--rate 5 has no unit"},
        {{"--rate", "5kpps,5000pps"}, "--rate names 5000pps twice"},
        {{"--rate", "1pps", "--duration", "1ms"}, "--rate 1pps"},
        {{"--cpus", "x"}, "--cpus x"},
        {{"--cpus", "8000"}, "this process may not use CPU 8000"},
        {{"--only", "search", "--loss", "2"}, "--loss 2 is not a share"},
        {{"--only", "search", "--exceed", "100%"}, "--exceed 100%"}};
    for (const auto& [words, message] : wrong)
        EXPECT_NE(refusal(words).find(message), std::string::npos) << refusal(words);
}

TEST(RunArguments, RejectEmptyListItems) {
    for (const char* const option : {"--prog", "--mode", "--only", "--size", "--rate"}) {
        EXPECT_NE(refusal({option, "a,,b"}).find("one item of the list is empty"),
                  std::string::npos)
            << refusal({option, "a,,b"});
    }
    EXPECT_NE(refusal({"--only", "search", "--loss", "0,"}).find("--loss 0,"), std::string::npos);
}

TEST(RunArguments, RejectOptionsThatDoNotGoTogether) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--pcap", "a.pcap", "--scapy", "Ether()"}, "--pcap and --scapy"},
        {{"--cut", "pad"}, "--cut pad without a capture"},
        {{"--only", "check", "--rate", "1kpps"}, "--rate goes with bench and latency"},
        {{"--only", "check", "--cpus", "0"}, "--cpus goes with bench, search and latency"},
        {{"--only", "check,replay", "--size", "64"}, "--size goes with bench, search and latency"},
        {{"--only", "check", "--flows", "8"}, "--flows goes with bench, search and latency"},
        {{"--only", "replay", "--placement", "shared"}, "--placement goes with bench"},
        {{"--only", "replay", "--duration", "1s"}, "--duration goes with bench"},
        {{"--only", "replay", "--rounds", "2"}, "--rounds goes with bench"},
        {{"--only", "replay", "--settle", "off"}, "--settle goes with bench"},
        {{"--only", "replay", "--state", "fresh"}, "--state goes with bench"},
        {{"--only", "check,bench", "--keep"}, "--keep goes with replay"},
        {{"--loss", "1%"}, "--loss goes with search"},
        {{"--exceed", "1%"}, "--exceed goes with search"},
        {{"--width", "1%"}, "--width goes with search"},
        {{"--dev", "x"}, "--dev without --peer"},
        {{"--dev", "x", "--peer", "y", "--keep"}, "--keep does not go with --dev"},
        {{"--dev", "x", "--peer", "y", "--placement", "shared"}, "--placement does not go"}};
    for (const auto& [words, message] : wrong)
        EXPECT_NE(refusal(words).find(message), std::string::npos) << refusal(words);
}

TEST(RunArguments, CountVerbosity) {
    CLI::App app;
    RunArguments arguments;
    add_run_options(app, arguments);
    app.parse(std::vector<std::string>{"-vv"});
    EXPECT_EQ(arguments.verbose, 2);
}

}  // namespace
}  // namespace xdpbench::commands
