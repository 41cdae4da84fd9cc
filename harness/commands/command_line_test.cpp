#include "commands/command_line.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>

#include "base/text.h"
#include "commands/suggestion.h"

namespace xdpbench::commands {
namespace {

// An application with all commands, as main() has it.
struct Application {
    Application() { commands = add_commands(app); }
    CLI::App app{"", "xdp-bench"};
    std::vector<Command> commands;
};

// The exit code and what is printed on standard error.
std::pair<int, std::string> ended(const std::vector<std::string>& arguments) {
    testing::internal::CaptureStderr();
    const int code = command_line(arguments);
    return {code, testing::internal::GetCapturedStderr()};
}

std::string help_of(const std::vector<std::string>& arguments) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(command_line(arguments), kHeld);
    return testing::internal::GetCapturedStdout();
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

struct OptionName {
    std::string command;  // that of the default options is ""
    std::string name;     // as typed
    std::string shown;    // as messages call it, where it has another name
};

// Every option that takes a value, by each of its names.
std::vector<OptionName> options_with_values() {
    Application application;
    std::vector<OptionName> found;
    std::vector<CLI::App*> apps = application.app.get_subcommands({});
    apps.push_back(&application.app);
    for (CLI::App* const app : apps) {
        const std::string command = app == &application.app ? "" : app->get_name();
        for (const CLI::Option* const option : app->get_options()) {
            if (!takes_value(*option)) continue;
            for (const std::string& name : option->get_lnames())
                found.push_back({command, "--" + name, option->get_name()});
            for (const std::string& name : option->get_snames())
                found.push_back({command, "-" + name, option->get_name()});
        }
    }
    return found;
}

std::vector<std::string> words(const std::string& command, std::vector<std::string> rest) {
    if (!command.empty()) rest.insert(rest.begin(), command);
    return rest;
}

TEST(EmptyValue, IsAUsageErrorForEveryOptionOfEveryCommand) {
    const auto options = options_with_values();
    ASSERT_GT(options.size(), 70U);
    for (const auto& [command, option, shown] : options) {
        const auto [code, text] = ended(words(command, {option, ""}));
        EXPECT_EQ(code, kInputError) << command << " " << option;
        EXPECT_NE(text.find(shown), std::string::npos) << text;
        EXPECT_NE(text.find("the value is empty"), std::string::npos) << option << ": " << text;
    }
}

TEST(EmptyValue, IsAUsageErrorBehindAnEqualsSign) {
    for (const auto& [command, option, _] : options_with_values()) {
        if (!option.starts_with("--")) continue;
        const auto [code, text] = ended(words(command, {option + "=", "--prog=xdp_drop"}));
        EXPECT_EQ(code, kInputError) << command << " " << option;
        EXPECT_EQ(text.find("xdp-bench: " + option + ": the value is empty"), 0U) << text;
    }
}

TEST(EmptyValue, IsAUsageErrorForPositionalArguments) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"compare", "", "b.o"},
          {"compare", "a.o", ""},
          {"map", "--dev", "lo", ""},
          {"map", "--dev", "lo", "show", ""}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError);
        EXPECT_NE(text.find("the value is empty"), std::string::npos) << text;
    }
}

TEST(CommandLine, PrintsUsageErrorsWithTheHelpToCall) {
    const auto [code, text] = ended({"record", "--nonsense"});
    EXPECT_EQ(code, kInputError);
    EXPECT_NE(text.find("--nonsense"), std::string::npos) << text;
    EXPECT_NE(text.find("xdp-bench record --help"), std::string::npos) << text;
}

TEST(CommandLine, SuggestsCommandsAndOptions) {
    for (const auto& [arguments, meant] :
         {std::pair<std::vector<std::string>, std::string>{
              {"comapre", "a", "b"}, "there is no command comapre (did you mean compare?)"},
          {{"--porg", "xdp_drop"}, "there is no option --porg (did you mean --prog?)"},
          {{"attach", "--prog=xdp_drop", "--dve", "x"},
           "there is no option --dve (did you mean --dev?)"}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError);
        EXPECT_EQ(text.find("xdp-bench: " + meant), 0U) << text;
    }
}

TEST(CommandLine, SuggestsNothingForWordsThatAreRightOrLikeNothing) {
    const Application application;
    EXPECT_EQ(suggestion(application.app, {"list"}), std::nullopt);
    EXPECT_EQ(suggestion(application.app, {"firewall"}), std::nullopt);
    EXPECT_EQ(suggestion(application.app, {"--prog", "--mode=native"}), std::nullopt);
}

TEST(CommandLine, RequiresWhatACommandNeeds) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"attach", "--prog", "xdp_drop"},
          {"attach", "--dev", "x"},
          {"map"},
          {"compare", "a.o"},
          {"--prog", "xdp_drop", "--peer", "x"},
          {"doctor", "--try"},
          {"record", "--update", "a.yaml", "--prog", "xdp_drop"}}) {
        EXPECT_EQ(ended(arguments).first, kInputError) << arguments.front();
    }
}

TEST(Help, HasGroupsAndExamplesForEveryCommand) {
    Application application;
    for (const CLI::App* const command : application.app.get_subcommands({})) {
        const std::string text = help_of({command->get_name(), "--help"});
        EXPECT_NE(text.find("Example"), std::string::npos) << command->get_name();
        EXPECT_NE(text.find("  xdp-bench " + command->get_name()), std::string::npos) << text;
        EXPECT_EQ(application.app.get_subcommand(command->get_name()), command);
    }
    const std::string text = help_of({"--help"});
    for (const char* const topic : {"Program and tests:", "Traffic:", "Measurement:",
                                    "Network interfaces:", "Output:", "Examples:"})
        EXPECT_NE(text.find(topic), std::string::npos) << topic;
}

TEST(Help, ListsEveryOptionUnderATopic) {
    Application application;
    for (const CLI::App* const command : application.app.get_subcommands({})) {
        for (const CLI::Option* const option : command->get_options()) {
            const bool help = option == command->get_help_ptr() || option->get_positional();
            EXPECT_TRUE(help || option->get_group() != "Options")
                << command->get_name() << " " << option->get_name();
        }
    }
}

TEST(Help, IsAtMostAHundredColumnsWide) {
    Application application;
    std::vector<std::vector<std::string>> calls{{"--help"}};
    for (const CLI::App* const command : application.app.get_subcommands({}))
        calls.push_back({command->get_name(), "--help"});
    for (const std::vector<std::string>& call : calls) {
        for (const std::string& line : split(help_of(call), '\n'))
            EXPECT_LE(line.size(), 100U) << line;
    }
}

TEST(Outputs, TwoOfOneFileAreRefusedByEveryCommand) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"qualify", "--dev", "nowhere", "--json", "x", "--html", "./x"},
          {"qualify", "--dev", "nowhere", "--junit", "x", "--ktap", "x/../x"},
          {"history", "nowhere", "--json", "x", "--html", "./x"},
          {"history", "nowhere", "--export", "csv", "-o", "x", "--html", "./x"}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError) << text;
        EXPECT_NE(text.find("name the same file"), std::string::npos) << text;
    }
}

TEST(Version, IsPrinted) { EXPECT_EQ(help_of({"--version"}), XDP_BENCH_VERSION "\n"); }

}  // namespace
}  // namespace xdpbench::commands
