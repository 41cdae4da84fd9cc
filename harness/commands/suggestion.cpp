#include "commands/suggestion.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "base/text.h"

namespace xdpbench::commands {
namespace {

std::optional<std::string> unknown_name(const std::string& noun, const std::string& typed,
                                        const std::vector<std::string>& known) {
    const std::string near = did_you_mean(typed, known);
    if (near.empty()) return std::nullopt;
    return fmt::format("there is no {} {}{}", noun, typed, near);
}

const CLI::App* find_command(const CLI::App& app, const std::string& name) {
    for (const CLI::App* const command : app.get_subcommands({})) {
        if (command->get_name() == name) return command;
    }
    return nullptr;
}

std::vector<std::string> commands_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* const command : app.get_subcommands({}))
        names.push_back(command->get_name());
    return names;
}

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::Option* const option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
}

}  // namespace

std::optional<std::string> suggestion(const CLI::App& app,
                                      const std::vector<std::string>& arguments) {
    const CLI::App* command = &app;
    if (!arguments.empty() && !arguments.front().starts_with('-')) {
        command = find_command(app, arguments.front());
        if (command == nullptr) return unknown_name("command", arguments.front(), commands_of(app));
    }
    for (const std::string& argument : arguments) {
        const std::string name = argument.substr(0, argument.find('='));
        if (name.starts_with("--") && command->get_option_no_throw(name) == nullptr)
            return unknown_name("option", name, options_of(*command));
    }
    return std::nullopt;
}

Error unknown_value(const std::string& option, const std::string& typed, const std::string& noun,
                    const std::vector<std::string>& choices) {
    return input_error(fmt::format("{} {}: there is no such {}{}", option, typed, noun,
                                   did_you_mean(typed, choices)),
                       fmt::format("choose from {}", fmt::join(choices, ", ")));
}

}  // namespace xdpbench::commands
