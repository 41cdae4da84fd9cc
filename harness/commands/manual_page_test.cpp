#include "commands/manual_page.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "commands/command_line.h"
#include "commands/completion.h"

namespace xdpbench::commands {
namespace {

struct Application {
    Application() { (void)add_commands(app); }
    CLI::App app{"", "xdp-bench"};
};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// A command with one option, whose text needs care in roff and in a shell.
struct Sample {
    Sample() {
        app.add_option("--label", value, ".a [b] it's c:d\\e")->type_name("NAME=VALUE")->group("G");
        app.footer("Exit code: 0 fine.\n\nExamples:\n  sample --label 'a=1'");
    }
    CLI::App app{"does things", "sample"};
    std::string value;
};

TEST(ManualPage, HasThePartsOfHelp) {
    Application application;
    const Sample sample;
    const std::string page = manual_page(application.app, sample.app);
    EXPECT_EQ(page.find(".TH XDP\\-BENCH\\-SAMPLE 1 "), 0U) << page;
    EXPECT_EQ(page.substr(0, page.find('\n')).find_first_of("~+"), std::string::npos) << page;
    EXPECT_TRUE(contains(page, ".SH NAME\nxdp\\-bench\\-sample \\- does things\n")) << page;
    EXPECT_TRUE(contains(page, "\\&.a [b] it's c:d\\ee\n")) << page;
    EXPECT_TRUE(contains(page, ".SH EXIT STATUS\n\\&0 fine.\n")) << page;
    EXPECT_TRUE(contains(page, "sample \\-\\-label 'a=1'\n.fi\n")) << page;
}

TEST(ManualPage, SaysOfWhichArgumentsThereMayBeSeveral) {
    Application application;
    CLI::App command("does things", "sample");
    std::string one;
    std::vector<std::string> some;
    command.add_option("one", one);
    command.add_option("some", some)->required();
    EXPECT_TRUE(contains(manual_page(application.app, command),
                         "[\\fIOPTIONS\\fR] [\\fI\\&one\\fR] \\fI\\&some\\fR...\n"));
}

TEST(ManualPage, OfTheToolNamesEveryCommand) {
    const Application application;
    const std::string page = manual_page(application.app);
    for (const CLI::App* const command : application.app.get_subcommands({}))
        EXPECT_TRUE(contains(page, command->get_description().substr(0, 20)))
            << command->get_name();
}

TEST(Completion, QuotesForTheShell) {
    Application application;
    CLI::App* const command = application.app.add_subcommand("sample", "it's");
    std::string value;
    command->add_option("--label", value, "[b] it's c:d")->type_name("one|two");
    const std::string zsh = zsh_completion(application.app);
    EXPECT_TRUE(contains(zsh, R"(*--label=[\[b\] it'\''s c\:d])")) << zsh;
    EXPECT_TRUE(contains(zsh, R"('sample:it'\''s')")) << zsh;
    EXPECT_TRUE(contains(bash_completion(application.app),
                         "sample:--label) _xdp_bench_reply one \"one two\" words; return ;;"));
}

}  // namespace
}  // namespace xdpbench::commands
