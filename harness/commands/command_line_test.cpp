#include "commands/command_line.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <string>

#include "base/text.h"
#include "base/version.h"
#include "commands/usage_error.h"

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

TEST(ArgumentOfTwoLines, IsAUsageErrorWhereverItIsButInCode) {
    for (const std::vector<std::string>& arguments : {std::vector<std::string>{"a\nb"},
                                                      {"--a\nb"},
                                                      {"--prog", "a\nb"},
                                                      {"compare", "a.o", "a\nb"},
                                                      {"compare", "a.json", "--", "a\nb"},
                                                      {"history", "--label=a\nb", "results"}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError);
        EXPECT_NE(text.find("a\\x0ab' has a line feed"), std::string::npos) << text;
    }
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--scapy", "a\nb"}, {"--scapy=a\nb"}}) {
        EXPECT_EQ(ended(arguments).second.find("line feed"), std::string::npos);
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

// What is wrong, and whose help is named, each on a line.
void expect_refused(const std::vector<std::string>& arguments, const std::string& what,
                    const std::string& help) {
    const auto [code, text] = ended(arguments);
    EXPECT_EQ(code, kInputError);
    EXPECT_EQ(text, fmt::format("xdp-bench: {}\n  see: xdp-bench{} --help\n", what, help));
}

TEST(UsageError, OfAnUnknownCommandSuggestsOne) {
    expect_refused({"comapre", "a", "b"}, "there is no command comapre (did you mean compare?)",
                   "");
    expect_refused({"zzzzzzzz"}, "there is no command zzzzzzzz", "");
    expect_refused({"search"}, "there is no command search: it is a part of run (--only search)",
                   "");
}

TEST(UsageError, OfAnUnknownOptionIsTheSameInEveryCommand) {
    expect_refused({"--porg", "xdp_drop"}, "there is no option --porg (did you mean --prog?)", "");
    expect_refused({"attach", "--prog=xdp_drop", "--dve=x"},
                   "there is no option --dve (did you mean --dev?)", " attach");
    Application application;
    for (const CLI::App* const command : application.app.get_subcommands({})) {
        const std::string& name = command->get_name();
        expect_refused({name, "--zzzzzzzz"}, "there is no option --zzzzzzzz", " " + name);
        expect_refused({name, "-Z"}, "there is no option -Z", " " + name);
    }
}

TEST(UsageError, OfAnOptionWithoutValueIsTheSameInEveryCommand) {
    Application application;
    const auto types = [&](const std::string& command, const std::string& name) {
        const CLI::App& app =
            command.empty() ? application.app : *application.app.get_subcommand(command);
        return app.get_option(name)->get_type_name();
    };
    for (const auto& [command, option, _] : options_with_values()) {
        const std::string what =
            fmt::format("option {} needs a value: {}", option, types(command, option));
        const std::string help = command.empty() ? "" : " " + command;
        expect_refused(words(command, {option}), what, help);
        expect_refused(words(command, {option, "--prog", "xdp_drop"}), what, help);
    }
}

TEST(UsageError, OfAnOptionGivenTwiceIsTheSameInEveryCommand) {
    std::size_t tried = 0;
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--dev", "a", "--dev=b"},
          {"run", "--dev", "a", "--dev=b"},
          {"qualify", "--dev", "a", "--dev=b"},
          {"attach", "--dev", "a", "--dev=b"},
          {"map", "--dev", "a", "--dev=b"},
          {"doctor", "--dev", "a", "--dev=b"}}) {
        ++tried;
        expect_refused(arguments, "option --dev is given twice",
                       arguments.front() == "--dev" ? "" : " " + arguments.front());
    }
    expect_refused({"history", "x", "--json", "a", "--json", "b"}, "option --json is given twice",
                   " history");
    expect_refused({"report", "x", "-o", "a", "--output", "b"}, "option --output is given twice",
                   " report");
    EXPECT_EQ(tried, 6U);
}

TEST(UsageError, OfWhatIsMissingNamesIt) {
    expect_refused({"attach", "--prog", "xdp_drop"}, "option --dev IF is missing", " attach");
    expect_refused({"map"}, "option --dev IF is missing", " map");
    expect_refused({"report"}, "argument RESULT is missing", " report");
    expect_refused({"history"}, "argument PATH is missing", " history");
    expect_refused({"compare"}, "argument BASE is missing", " compare");
    expect_refused({"doctor", "--try"}, "option --dev IF is missing: --try needs it", " doctor");
    expect_refused({"--prog", "xdp_drop", "--peer", "x"},
                   "option --dev IF is missing: --peer needs it", "");
}

TEST(UsageError, OfWhatIsMissingIsTheSameWhereACommandFindsItOut) {
    for (const auto& [arguments, what] :
         {std::pair<std::vector<std::string>, std::string>{
              {"compare", "a.o"}, "argument CONTENDER is missing: what a.o is compared with"},
          {{"report", "x.json"}, "option -o FILE is missing: the page to write"},
          {{"qualify"}, "option --dev IF is missing: the port to qualify"}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError);
        EXPECT_EQ(text.find("xdp-bench: " + what), 0U) << text;
        EXPECT_NE(text.find("see: xdp-bench " + arguments.front() + " --help"), std::string::npos);
    }
}

TEST(UsageError, OfWhatIsTooMuchOrNoNumberNamesTheWord) {
    expect_refused({"list", "all"}, "argument all is not expected", " list");
    expect_refused({"run", "--prog", "xdp_drop", "--rounds", "many"},
                   "option --rounds needs a number, not many", " run");
}

TEST(UsageError, IsNotFoundInWhatIsRight) {
    const Application application;
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"list"},
          {"--prog", "a", "b", "--json", "-", "--set", "x=1", "--set", "y=-1", "-vv"},
          {"--prog=a", "--prog", "b"},
          {"-v", "compare", "a.o", "b.o", "--alpha", "1%"},
          {"report", "x.json", "-ox.html"}})
        EXPECT_FALSE(find_usage_error(application.app, arguments)) << arguments.front();
}

TEST(UsageError, HelpIsPrintedAllTheSame) {
    EXPECT_NE(help_of({"attach", "--help"}).find("--dev"), std::string::npos);
    EXPECT_EQ(ended({"qualify", "--dev", "--help"}).first, kInputError);
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

TEST(CommandLine, ArgumentsAfterTheSeparatorAreNotLeftOutSilently) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"list", "--", "x"},
          {"doctor", "--", "--gtest_filter=x"},
          {"history", "a.json", "--", "b.json"},
          {"report", "a.json", "-o", "a.html", "--", "b.json"},
          {"record", "--prog", "x.o", "--pcap", "a.pcap", "-o", "a.yaml", "--", "--gtest_filter=x"},
          {"compare", "a.o", "b.o", "--", "--gtest_filter=x"}}) {
        const auto [code, text] = ended(arguments);
        EXPECT_EQ(code, kInputError) << text;
        EXPECT_NE(text.find("arguments after --: " + arguments.back()), std::string::npos) << text;
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

TEST(Version, IsPrinted) { EXPECT_EQ(help_of({"--version"}), std::string(tool_version()) + "\n"); }

}  // namespace
}  // namespace xdpbench::commands
