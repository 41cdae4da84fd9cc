#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "commands/choices.h"
#include "commands/completion.h"

namespace xdpbench::commands {
namespace {

constexpr const char* kZshFunctions = R"(#compdef xdp-bench

_xdp_bench_programs() {
  local tool=${commands[xdp-bench]:A}
  local -a programs
  programs=(${tool:h}/../share/xdp-bench/scenarios/*.yaml(N:t:r) /usr/share/xdp-bench/scenarios/*.yaml(N:t:r))
  compadd "$@" -a programs
}

_xdp_bench_interfaces() {
  local -a interfaces
  interfaces=(/sys/class/net/*(N:t))
  compadd "$@" -a interfaces
}

)";

// In single quotes, inside the brackets of _arguments.
std::string zsh_text(const std::string& description) {
    std::string result;
    for (const char byte : description) {
        if (byte == '[' || byte == ']' || byte == ':' || byte == '\\') result += '\\';
        result += byte == '\n' ? " " : byte == '\'' ? "'\\''" : std::string(1, byte);
    }
    return result;
}

std::string action(const Choices& choices) {
    std::vector<std::string> parts;
    if (!choices.words.empty())
        parts.push_back(fmt::format("words\\:word\\:({})", fmt::join(choices.words, "\\ ")));
    if (choices.programs) parts.emplace_back("programs\\:program\\:_xdp_bench_programs");
    if (choices.interfaces) parts.emplace_back("interfaces\\:interface\\:_xdp_bench_interfaces");
    if (choices.files) parts.emplace_back("files\\:file\\:_files");
    if (parts.empty()) return " ";
    if (choices.list && choices.words.size() > 1)
        return fmt::format("_values -s , value {}", fmt::join(choices.words, " "));
    return fmt::format("_alternative {}", fmt::join(parts, " "));
}

std::string value(const CLI::App& command, const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) return "";
    const std::string type = option.get_type_name();
    return fmt::format(":{}:{}", zsh_text(type.empty() ? "value" : type),
                       action(choices_of(command, option)));
}

std::string arguments_of(const CLI::App& command) {
    std::string result;
    const auto add = [&result](const std::string& spec) { result += " \\\n    '" + spec + "'"; };
    for (const CLI::Option* const option : command.get_options()) {
        const std::string about = zsh_text(option->get_description());
        const std::string values = value(command, *option);
        if (option->get_positional()) {
            const bool many = option->get_items_expected_max() > 1;
            add(fmt::format("{}:{}:{}", many ? "*" : "", zsh_text(option->get_name(true)),
                            action(choices_of(command, *option))));
            continue;
        }
        for (const std::string& name : option->get_lnames())
            add(fmt::format("*--{}{}[{}]{}", name, values.empty() ? "" : "=", about, values));
        for (const std::string& name : option->get_snames())
            add(fmt::format("*-{}[{}]{}", name, about, values));
    }
    return "_arguments -S" + result + "\n";
}

}  // namespace

std::string zsh_completion(const CLI::App& application) {
    std::string commands;
    std::string branches;
    for (const CLI::App* const command : application.get_subcommands({})) {
        commands +=
            fmt::format("    '{}:{}'\n", command->get_name(), zsh_text(command->get_description()));
        branches += fmt::format("  {})\n    shift words; (( CURRENT-- ))\n    {}    ;;\n",
                                command->get_name(), arguments_of(*command));
    }
    return kZshFunctions + fmt::format(R"(_xdp_bench() {{
  local -a commands
  commands=(
{})
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  case $words[2] in
{}  *)
    {}    ;;
  esac
}}

_xdp_bench "$@"
)",
                                       commands, branches, arguments_of(application));
}

}  // namespace xdpbench::commands
