#include "run/repeat.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace xdpbench::run {
namespace {

std::string option(const char* name, const std::string& value) {
    return value.empty() ? std::string() : fmt::format(" {} {}", name, shell_word(value));
}

std::string port_options(const RunOptions& options) {
    std::string text =
        option("--dev", options.device.value_or("")) + option("--peer", options.peer.value_or(""));
    if (options.remote) text += option("--remote", options.remote->place().text());
    text += option("--remote-tool", options.remote_tool) + option("--out", options.out) +
            option("--out-peer", options.out_peer);
    // Of several all but the benches have the largest number.
    if (!options.queues.empty())
        text += fmt::format(" --queues {}",
                            *std::max_element(options.queues.begin(), options.queues.end()));
    if (options.prepare) text += " --prepare";
    if (options.take_over) text += " --take-over";
    if (options.xsk != model::XskMode::automatic)
        text += fmt::format(" --xsk-mode {}", model::name_of(options.xsk));
    return text;
}

std::string state_options(const RunOptions& options) {
    std::string text;
    for (const std::string& setting : options.settings) text += option("--set", setting);
    if (options.pin_maps) text += " --pin-maps";
    if (options.shared_state.allow) text += " --allow-state-changes";
    if (options.shared_state.restore) text += " --restore-state";
    return text;
}

std::string command(const target::Target& target, std::string_view what,
                    const std::string& options) {
    return fmt::format("xdp-bench run {} {}{}", target.option, what, options);
}

}  // namespace

std::string repeat_of(const target::Target& target, const RunOptions& options,
                      std::string_view what) {
    return command(target, what, state_options(options));
}

std::string repeat_over_ports(const target::Target& target, const RunOptions& options,
                              std::string_view what) {
    return command(target, what, port_options(options) + state_options(options));
}

}  // namespace xdpbench::run
