#include "commands/attach_arguments.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>

namespace xdpbench::commands {
namespace {

Result<live::AttachOptions> parsed(std::vector<std::string> words) {
    words.insert(words.begin(), {"--prog", "xdp_drop", "--dev", "eth1"});
    CLI::App app;
    AttachArguments arguments;
    add_attach_options(app, arguments);
    std::reverse(words.begin(), words.end());
    app.parse(words);
    return parse_attach(arguments);
}

TEST(AttachArguments, HaveDefaults) {
    const Result<live::AttachOptions> options = parsed({});
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->program, "xdp_drop");
    EXPECT_EQ(options->interface, "eth1");
    EXPECT_EQ(options->mode, model::Mode::native);
    EXPECT_EQ(options->interval, 2);
    EXPECT_EQ(options->duration, std::nullopt);
    EXPECT_FALSE(options->replace);
}

TEST(AttachArguments, BecomeOptions) {
    const Result<live::AttachOptions> options =
        parsed({"--mode", "generic", "--set", "ip=198.18.0.1", "--set", "ports[1]=2", "--interval",
                "500ms", "--duration", "2m", "--replace"});
    ASSERT_TRUE(options) << options.error().text();
    EXPECT_EQ(options->mode, model::Mode::generic);
    EXPECT_EQ(options->settings.size(), 2U);
    EXPECT_EQ(options->interval, 0.5);
    EXPECT_EQ(options->duration, 120.0);
    EXPECT_TRUE(options->replace);
}

TEST(AttachArguments, NameTheOptionOfAWrongValue) {
    const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
        {{"--mode", "natvie"}, "--mode natvie: there is no such mode (did you mean native?)"},
        {{"--mode", "all"}, "--mode all: there is no such mode"},
        {{"--interval", "50ms"}, "--interval 50ms is not a time from 100 ms to one hour"},
        {{"--interval", "2h"}, "--interval 2h"},
        {{"--duration", "soon"}, "--duration soon is not a time"},
        {{"--set", "nonsense"}, "--set"}};
    for (const auto& [words, message] : wrong) {
        const Result<live::AttachOptions> options = parsed(words);
        ASSERT_FALSE(options) << words.back();
        EXPECT_EQ(options.error().kind, ErrorKind::input);
        EXPECT_NE(options.error().text().find(message), std::string::npos)
            << options.error().text();
    }
}

}  // namespace
}  // namespace xdpbench::commands
