#include "qualify/repeat.h"

#include <fmt/format.h>

#include "base/text.h"

namespace xdpbench::qualify {
namespace {

void add(std::string& command, const char* option, const std::string& value) {
    if (!value.empty()) command += fmt::format(" {} {}", option, shell_word(value));
}

void add_ports(std::string& command, const Options& options) {
    add(command, "--dev", options.device);
    add(command, "--peer", options.peer.value_or(""));
    add(command, "--remote", options.remote_place);
    add(command, "--remote-tool", options.remote_tool);
}

}  // namespace

std::string repeat_of(const Options& options, std::string_view name) {
    std::string command = "xdp-bench qualify";
    add_ports(command, options);
    add(command, "--at-least", options.at_least ? options.at_least->text : "");
    add(command, "--duration", options.duration);
    return fmt::format("{} -- {}", command,
                       shell_word(fmt::format("--gtest_filter=qualify.{}", name)));
}

std::string rates_command_of(const Options& options) {
    std::string command = "xdp-bench --prog xdp_drop,xdp_tx --only bench,search --prepare";
    add_ports(command, options);
    return command;
}

}  // namespace xdpbench::qualify
