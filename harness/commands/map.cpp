// `xdp-bench map`: the maps of a program that is attached to an interface.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "bpf/program.h"
#include "commands/command.h"
#include "probe/privileges.h"
#include "target/map_command.h"

namespace xdpbench::commands {
namespace {

struct MapArguments {
    std::string interface;
    std::string mode;
    std::string verb = "list";
    std::string object;
};

Result<std::optional<model::Mode>> parse_map_mode(const std::string& name) {
    const std::optional<model::Mode> mode = model::parse_mode(name);
    if (!mode && !name.empty())
        return input_error(fmt::format("--mode {}: there is no such mode", name),
                           "choose from generic, native, offload");
    return mode;
}

Result<int> map_command(const MapArguments& arguments) {
    bpf::set_up_libbpf(false);
    XDPBENCH_TRY(const std::optional<model::Mode> mode, parse_map_mode(arguments.mode));
    XDPBENCH_TRY(const std::optional<target::MapCommand> command,
                 target::parse_map_command(arguments.verb, arguments.object));
    if (!command) {
        return input_error(fmt::format("map {}: there is no such command", arguments.verb),
                           "choose from list, show, set, delete");
    }
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_TRY(const bpf::AttachedProgram program,
                 target::find_attached(arguments.interface, mode));
    XDPBENCH_TRY(const bpf::ProgramMaps maps, bpf::ProgramMaps::open(program.id));
    XDPBENCH_TRY(const std::string text, target::execute(*command, maps));
    fmt::print("{}", text);
    return kHeld;
}

}  // namespace

Command add_map(CLI::App& application) {
    const auto arguments = std::make_shared<MapArguments>();
    CLI::App* const app = application.add_subcommand(
        "map", "read and change the maps of a program that is attached to an interface");
    app->add_option("--dev", arguments->interface, "the interface")->type_name("IF")->required();
    app->add_option("--mode", arguments->mode, "which one, where programs are attached in several")
        ->type_name("MODE");
    app->add_option("command", arguments->verb, "list (the default), show, set or delete")
        ->type_name("COMMAND");
    app->add_option("entry", arguments->object,
                    "MAP or MAP[KEY] to show, MAP[KEY]=VALUE to set, MAP[KEY] to delete")
        ->type_name("ENTRY");
    return {app, [arguments](const Invocation&) { return map_command(*arguments); }};
}

}  // namespace xdpbench::commands
