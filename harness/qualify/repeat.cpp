#include "qualify/repeat.h"

#include <fmt/format.h>

namespace xdpbench::qualify {
namespace {

// Of a POSIX shell: within single quotes only the quote itself means something.
std::string for_shell(std::string_view word) {
    std::string text = "'";
    for (const char letter : word)
        text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
    return text + "'";
}

void add(std::string& command, const char* option, const std::string& value) {
    if (!value.empty()) command += fmt::format(" {} {}", option, value);
}

}  // namespace

std::string repeat_of(const Options& options, std::string_view name) {
    std::string command = "xdp-bench qualify";
    add(command, "--dev", options.device);
    add(command, "--peer", options.peer.value_or(""));
    if (!options.remote_place.empty()) add(command, "--remote", for_shell(options.remote_place));
    if (!options.remote_tool.empty()) add(command, "--remote-tool", for_shell(options.remote_tool));
    add(command, "--at-least", options.at_least ? options.at_least->text : "");
    add(command, "--duration", options.duration);
    return fmt::format("{} -- {}", command,
                       for_shell(fmt::format("--gtest_filter=qualify.{}", name)));
}

}  // namespace xdpbench::qualify
