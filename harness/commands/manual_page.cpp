#include "commands/manual_page.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "base/version.h"
#include "commands/help.h"

namespace xdpbench::commands {
namespace {

// Text as roff prints it: without hyphens for minus signs, and without a dot or a quote at the
// beginning of a line taken for a request.
std::string roff(std::string_view text) {
    std::string result;
    for (const char byte : text) {
        if (byte == '\\')
            result += "\\e";
        else if (byte == '-')
            result += "\\-";
        else if (byte == '~')
            result += "\\(ti";
        else if (byte == '^')
            result += "\\(ha";
        else
            result += byte;
        if (byte == '\n') result += "\\&";
    }
    return "\\&" + result;
}

std::string capitals(std::string text) {
    for (char& letter : text)
        letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return text;
}

std::string head(const std::string& name, const std::string& about) {
    // groff 1.23 warns of a footer that is long or has escapes: without commit and release.
    const std::string_view version = tool_version();
    return fmt::format(".TH {} 1 \"\" \"xdp-bench {}\" \"User Commands\"\n.SH NAME\n{} \\- {}\n",
                       capitals(roff(name).substr(2)),
                       version.substr(0, version.find_first_of("~+")), roff(name).substr(2),
                       roff(about).substr(2));
}

std::string option_names(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    std::string text;
    for (const std::string& name : names)
        text += fmt::format("{}\\fB{}\\fR", text.empty() ? "" : ", ", roff(name));
    const bool value = option.get_type_size() != 0;
    return value ? text + " \\fI" + roff(option.get_type_name()) + "\\fR" : text;
}

std::string option_text(const CLI::Option& option) {
    return ".TP\n" + option_names(option) + "\n" + roff(HelpFormatter().make_option_desc(&option)) +
           "\n";
}

// In the groups of --help.
std::string options_text(const CLI::App& command) {
    std::string text = ".SH OPTIONS\n";
    for (const std::string& group : command.get_groups()) {
        std::string options;
        for (const CLI::Option* const option : command.get_options()) {
            if (option->get_group() == group && !option->get_positional())
                options += option_text(*option);
        }
        if (!options.empty()) text += ".SS \"" + roff(group) + "\"\n" + options;
    }
    return text;
}

std::string arguments_text(const CLI::App& command) {
    std::string text;
    for (const CLI::Option* const option : command.get_options()) {
        if (option->get_positional())
            text += fmt::format(".TP\n\\fI{}\\fR\n{}\n", roff(option->get_name(true)),
                                roff(option->get_description()));
    }
    return text.empty() ? "" : ".SH ARGUMENTS\n" + text;
}

std::string synopsis(const CLI::App& command, const std::string& name) {
    std::string text = ".SH SYNOPSIS\n\\fB" + roff(name) + "\\fR [\\fIOPTIONS\\fR]";
    for (const CLI::Option* const option : command.get_options()) {
        if (!option->get_positional()) continue;
        const std::string name_of = "\\fI" + roff(option->get_name(true)) + "\\fR" +
                                    (option->get_items_expected_max() > 1 ? "..." : "");
        text += option->get_required() ? " " + name_of : " [" + name_of + "]";
    }
    return text + "\n";
}

// Without the indentation that they have in --help.
std::string examples(const std::string& paragraph) {
    std::string text;
    for (const std::string& line : split(trim(paragraph), '\n'))
        text += (text.empty() ? "" : "\n") + std::string(trim(line));
    return text;
}

// The paragraphs of --help's end: a title with a colon makes one a section, and examples are as
// they are.
std::string footer_text(const CLI::App& command) {
    std::string text;
    std::string paragraph;
    std::vector<std::string> lines = split(command.get_footer(), '\n');
    lines.emplace_back();
    for (const std::string& line : lines) {
        if (!line.empty()) {
            paragraph += line + "\n";
            continue;
        }
        const std::size_t colon = paragraph.find(':');
        const std::string title = paragraph.substr(0, colon);
        if (title == "Exit code")
            text += ".SH EXIT STATUS\n" + roff(trim(paragraph.substr(colon + 1))) + "\n";
        else if (title == "Examples" || title == "Example")
            text += ".SH EXAMPLES\n.nf\n" + roff(examples(paragraph.substr(colon + 1))) + "\n.fi\n";
        else if (!paragraph.empty())
            text += ".SH NOTES\n" + roff(trim(paragraph)) + "\n";
        paragraph.clear();
    }
    return text;
}

std::string reference(const std::string& name) { return "\\fB" + roff(name) + "\\fR(1)"; }

}  // namespace

std::string manual_page(const CLI::App& application) {
    const std::string& name = application.get_name();
    std::string commands;
    std::string references;
    for (const CLI::App* const command : application.get_subcommands({})) {
        const std::string page = name + "-" + command->get_name();
        commands += fmt::format(".TP\n{}\n{}\n", reference(page), roff(command->get_description()));
        references += (references.empty() ? "" : ",\n") + reference(page);
    }
    return head(name, "test and benchmark XDP programs") + synopsis(application, name) +
           ".br\n\\fB" + roff(name) + "\\fR \\fICOMMAND\\fR ...\n.SH DESCRIPTION\n" +
           roff(
               "Checks an XDP program frame by frame, replays captures through it with every frame "
               "accounted for, and times it against an empty program on the same path, in the same "
               "run. Without a command: run.") +
           "\n.SH COMMANDS\n" + commands + options_text(application) + footer_text(application) +
           ".SH FILES\n.TP\n\\fIresults/\\fR\n" +
           roff("what runs write, below the folder that they were started in") + "\n.SH NOTES\n" +
           roff(
               "The package xdp-tools has another program of this name, /usr/sbin/xdp-bench. Where "
               "both are installed, root's PATH may lead to that one: call this one "
               "/usr/bin/xdp-bench.") +
           "\n.SH SEE ALSO\n" + references + "\n";
}

std::string manual_page(const CLI::App& application, const CLI::App& command) {
    const std::string& tool = application.get_name();
    const std::string name = tool + "-" + command.get_name();
    return head(name, command.get_description()) +
           synopsis(command, tool + " " + command.get_name()) + arguments_text(command) +
           options_text(command) + footer_text(command) + ".SH SEE ALSO\n" + reference(tool) + "\n";
}

}  // namespace xdpbench::commands
