#include "commands/choices.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/text.h"

namespace xdpbench::commands {
namespace {

// Types in capitals stand for something; what is written small is to be typed so.
bool is_word(std::string_view type) {
    return !type.empty() && std::all_of(type.begin(), type.end(), [](unsigned char letter) {
        return std::islower(letter) != 0 || letter == '-';
    });
}

void add(Choices& choices, const std::vector<std::string>& words) {
    choices.words.insert(choices.words.end(), words.begin(), words.end());
}

void add_type(const CLI::App& command, std::string_view type, Choices& choices) {
    const bool compare = command.get_name() == "compare";
    if (is_word(type)) choices.words.emplace_back(type);
    if (type == "MODE") add(choices, choices.list ? kModesAndAll : kModes);
    if (type == "PART") add(choices, compare ? kCompareParts : kRunParts);
    if (type == "COMMAND") add(choices, kMapVerbs);
    if (type == "NAME") choices.programs = true;
    if (type == "IF") choices.interfaces = true;
    if (type.starts_with("FILE") || type == "PATH") choices.files = true;
}

}  // namespace

Choices choices_of(const CLI::App& command, const CLI::Option& option) {
    constexpr std::string_view kMore = ",...";
    std::string type = option.get_type_name();
    Choices choices;
    choices.list = type.find(kMore) != std::string::npos;
    if (choices.list) type.erase(type.find(kMore), kMore.size());
    // Programs, objects or results.
    if (option.get_positional() && command.get_name() == "compare") type = "NAME|FILE";
    for (const std::string& one : split(type, '|')) add_type(command, one, choices);
    return choices;
}

}  // namespace xdpbench::commands
