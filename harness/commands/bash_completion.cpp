#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>

#include "commands/choices.h"
#include "commands/completion.h"

namespace xdpbench::commands {
namespace {

// Programs are those whose scenarios are installed with the tool that is being called.
constexpr const char* kBashFunctions = R"sh(# bash completion for xdp-bench
_xdp_bench_programs()
{
    local tool file
    tool=$(readlink -f "$(type -P "${COMP_WORDS[0]}")" 2>/dev/null)
    for file in "${tool%/*}"/../share/xdp-bench/scenarios/*.yaml /usr/share/xdp-bench/scenarios/*.yaml; do
        [[ -e $file ]] || continue
        file=${file##*/}
        echo "${file%.yaml}"
    done
}

# LIST WORDS FILES: completes $cur with one of the words, of a list the part after the last comma.
_xdp_bench_reply()
{
    local before=""
    if [[ $1 == list ]]; then
        compopt -o nospace 2>/dev/null
        [[ $cur == *,* ]] && before=${cur%,*},
    fi
    COMPREPLY=($(compgen -P "$before" -W "$2" -- "${cur#"$before"}"))
    if [[ $3 == files ]]; then
        compopt -o filenames 2>/dev/null
        COMPREPLY+=($(compgen -f -- "$cur"))
    fi
}

)sh";

// The words of bash for what can be chosen.
std::string reply(const Choices& choices) {
    std::string words = fmt::format("{}", fmt::join(choices.words, " "));
    if (choices.programs) words += " $(_xdp_bench_programs)";
    if (choices.interfaces) words += " $(cd /sys/class/net && echo *)";
    return fmt::format("_xdp_bench_reply {} \"{}\" {}", choices.list ? "list" : "one", words,
                       choices.files ? "files" : "words");
}

std::vector<std::string> names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const std::string& name : option.get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option.get_snames()) names.push_back("-" + name);
    return names;
}

// Of one command: its values by option, then its options and arguments.
struct Table {
    std::string values;   // branches by the word before
    std::string options;  // all names
    std::string others;   // the first argument

    Table(const CLI::App& command, const std::string& name) {
        for (const CLI::Option* const option : command.get_options()) {
            const Choices choices = choices_of(command, *option);
            if (option->get_positional()) {
                if (others.empty()) others = reply(choices);
                continue;
            }
            for (const std::string& one : names_of(*option)) {
                options += (options.empty() ? "" : " ") + one;
                if (option->get_items_expected_max() > 0)
                    values +=
                        fmt::format("        {}:{}) {}; return ;;\n", name, one, reply(choices));
            }
        }
    }
};

}  // namespace

std::string bash_completion(const CLI::App& application) {
    const Table own(application, "");
    std::string values = own.values;
    std::string options;
    std::string others;
    std::string commands;
    for (const CLI::App* const command : application.get_subcommands({})) {
        const std::string name = command->get_name();
        const Table table(*command, name);
        values += table.values;
        options += fmt::format("        {}) options=\"{}\" ;;\n", name, table.options);
        others += fmt::format("        {}) {} ;;\n", name,
                              table.others.empty() ? "COMPREPLY=()" : table.others);
        commands += (commands.empty() ? "" : " ") + name;
    }
    return kBashFunctions + fmt::format(R"(_xdp_bench()
{{
    local cur=${{COMP_WORDS[COMP_CWORD]}} previous="" command="" options="{0}"
    [[ $COMP_CWORD -gt 0 ]] && previous=${{COMP_WORDS[COMP_CWORD-1]}}
    # --option=value comes in three words.
    if [[ $cur == = ]]; then
        cur=""
    elif [[ $previous == = && $COMP_CWORD -gt 1 ]]; then
        previous=${{COMP_WORDS[COMP_CWORD-2]}}
    fi
    [[ $COMP_CWORD -gt 1 && " {1} " == *" ${{COMP_WORDS[1]}} "* ]] && command=${{COMP_WORDS[1]}}
    COMPREPLY=()
    case $command:$previous in
{2}    esac
    case $command in
{3}    esac
    if [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$options" -- "$cur"))
        return
    fi
    case $command in
{4}        *) [[ $COMP_CWORD -eq 1 ]] && COMPREPLY=($(compgen -W "{1}" -- "$cur")) ;;
    esac
}}
complete -o bashdefault -F _xdp_bench xdp-bench
)",
                                        own.options, commands, values, options, others);
}

}  // namespace xdpbench::commands
