#include "commands/empty_values.h"

#include <CLI/CLI.hpp>

namespace xdpbench::commands {
namespace {

constexpr const char* kEmpty = "the value is empty; give one, or leave the option out";

std::string check(const std::string& value) { return value.empty() ? kEmpty : std::string(); }

}  // namespace

void reject_empty_values(CLI::App& app) {
    for (CLI::Option* const option : app.get_options()) {
        if (option->get_items_expected_max() > 0) option->check(check, "");
    }
    for (CLI::App* const command : app.get_subcommands({})) reject_empty_values(*command);
}

std::optional<std::string> empty_assignment(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
        const std::size_t sign = argument.find('=');
        const bool empty = argument.starts_with("--") && sign + 1 == argument.size();
        if (sign != std::string::npos && empty) return argument.substr(0, sign) + ": " + kEmpty;
    }
    return std::nullopt;
}

}  // namespace xdpbench::commands
