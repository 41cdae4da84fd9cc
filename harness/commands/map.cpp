// `xdp-bench map`: the maps of a program that is attached to an interface.
#include <fmt/format.h>

#include <memory>

#include "base/print.h"
#include "bpf/program.h"
#include "commands/choices.h"
#include "commands/command.h"
#include "commands/modes.h"
#include "commands/options.h"
#include "commands/suggestion.h"
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
    if (name.empty()) return std::nullopt;
    return parse_mode(name);
}

Result<int> map_command(const MapArguments& arguments) {
    bpf::set_up_libbpf(false);
    XDPBENCH_TRY(const std::optional<model::Mode> mode, parse_map_mode(arguments.mode));
    XDPBENCH_TRY(const std::optional<target::MapCommand> command,
                 target::parse_map_command(arguments.verb, arguments.object));
    if (!command) return unknown_value("map", arguments.verb, "command", kMapVerbs);
    XDPBENCH_CHECK(probe::require_privileges());
    XDPBENCH_TRY(const bpf::AttachedProgram program,
                 target::find_attached(arguments.interface, mode));
    XDPBENCH_TRY(const bpf::ProgramMaps maps, bpf::ProgramMaps::open(program.id));
    XDPBENCH_TRY(const std::string text, target::execute(*command, maps));
    print(stdout, "{}", text);
    return kHeld;
}

}  // namespace

Command add_map(CLI::App& application) {
    const auto arguments = std::make_shared<MapArguments>();
    CLI::App* const app =
        add_command(application, "map",
                    "print and change the maps of a program that is attached to an interface");
    add_option(*app, "--dev", arguments->interface, "the interface")
        .type_name("IF")
        .required()
        .group(kInterfaceGroup);
    add_option(*app, "--mode", arguments->mode,
               "the attach mode, if programs are attached in several modes")
        .type_name("MODE")
        .group(kInterfaceGroup);
    add_option(*app, "command", arguments->verb, "list (the default), show, set or delete")
        .type_name("COMMAND");
    add_option(*app, "entry", arguments->object,
               "MAP or MAP[KEY] to show, MAP[KEY]=VALUE to set, MAP[KEY] to delete")
        .type_name("ENTRY");
    set_footer(*app,
               "Examples:\n"
               "  xdp-bench map --dev eth1\n"
               "  xdp-bench map --dev eth1 show blocked\n"
               "  xdp-bench map --dev eth1 set 'blocked[198.18.0.1]=1'\n"
               "  xdp-bench map --dev eth1 delete 'blocked[198.18.0.1]'");
    return {app, [arguments](const Invocation&) { return map_command(*arguments); }};
}

}  // namespace xdpbench::commands
