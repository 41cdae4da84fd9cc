#include "commands/empty_values.h"

#include <CLI/CLI.hpp>
#include <string>

namespace xdpbench::commands {
namespace {

std::string check(const std::string& value) { return value.empty() ? kEmptyValue : std::string(); }

}  // namespace

void reject_empty_values(CLI::App& app) {
    for (CLI::Option* const option : app.get_options()) {
        if (option->get_items_expected_max() > 0) option->check(check, "");
    }
    for (CLI::App* const command : app.get_subcommands({})) reject_empty_values(*command);
}

}  // namespace xdpbench::commands
