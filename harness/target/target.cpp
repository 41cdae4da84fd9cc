#include "target/target.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/text.h"
#include "bpf/map_room.h"
#include "bpf/map_state.h"
#include "bpf/program_kind.h"
#include "bpf/rx_metadata.h"
#include "scenario/interfaces.h"
#include "scenario/parse.h"
#include "target/own_interfaces.h"
#include "target/settings.h"

namespace xdpbench::target {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultTraffic = "mixed.pcap";

// FILE.o or FILE.o:FUNCTION, rather than the name of a scenario.
std::optional<scenario::ProgramRef> as_object(const std::string& text) {
    const std::size_t colon = text.rfind(".o:");
    if (colon != std::string::npos)
        return scenario::ProgramRef{{}, text.substr(0, colon + 2), text.substr(colon + 3)};
    if (text.ends_with(".o") || text.find('/') != std::string::npos)
        return scenario::ProgramRef{{}, text, {}};
    return std::nullopt;
}

Result<fs::path> object_of(const scenario::Scenario& scenario) {
    if (scenario.program.name.empty()) {
        const fs::path& object = scenario.program.object;
        return object.is_absolute() || scenario.file.empty() ? object
                                                             : scenario.file.parent_path() / object;
    }
    XDPBENCH_TRY(const fs::path data, data_folder());
    const fs::path object = data / "bpf" / (scenario.program.name + ".bpf.o");
    std::error_code error;
    if (fs::exists(object, error)) return object;
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(data / "bpf", error))
        names.push_back(entry.path().stem().stem());
    return input_error(fmt::format("{}: there is no reference program {}{}", scenario.file.string(),
                                   scenario.program.name,
                                   did_you_mean(scenario.program.name, names)));
}

Result<Target> target_from(scenario::Scenario scenario, std::string option) {
    Target target;
    target.scenario = std::move(scenario);
    target.option = std::move(option);
    const std::string& loaded = target.scenario.program.loaded;
    if (!loaded.empty()) {
        target.object = loaded;
        XDPBENCH_TRY(target.existing, bpf::ExistingProgram::find(loaded));
        return target;
    }
    XDPBENCH_TRY(target.object, object_of(target.scenario));
    return target;
}

struct Configured {
    bpf::Program program;
    std::vector<scenario::MapContent> maps;  // what it will write to maps
};

Result<Configured> configured_program(const Target& target, const scenario::Configuration& extra,
                                      const scenario::InterfaceIndexes& interfaces) {
    XDPBENCH_TRY(bpf::Program program, open_unconfigured(target));
    Configured configured{std::move(program), {}};
    const auto add = [&](const scenario::Configuration& part) -> Result<void> {
        XDPBENCH_TRY(scenario::Configuration configuration,
                     scenario::with_indexes(part, interfaces));
        if (target.described_only) configuration.maps.clear();
        configured.maps.insert(configured.maps.end(), configuration.maps.begin(),
                               configuration.maps.end());
        return configured.program.configure(configuration);
    };
    XDPBENCH_TRY(const scenario::Configuration settings,
                 settings_for(configured.program, target.settings));
    // Sizes first: keys are judged by them.
    scenario::Configuration sizes;
    sizes.sizes = settings.sizes;
    XDPBENCH_CHECK(add(sizes));
    XDPBENCH_CHECK(add(target.scenario.configuration));
    XDPBENCH_CHECK(add(extra));
    XDPBENCH_CHECK(add(settings));
    if (target.described_only) bpf::leave_no_room(configured.program.handle());
    return configured;
}

Result<bpf::Program> load_into(const Target& target, bpf::Program program,
                               const net::Network& network, std::optional<unsigned> offload_ifindex,
                               std::size_t link) {
    // A map of redirect targets looks for the interface in the namespace of who writes the entry.
    XDPBENCH_TRY(const net::InNetNs inside, net::InNetNs::enter(network.dut));
    if (target.judged) XDPBENCH_CHECK(bpf::require_rx_metadata(program));
    if (!offload_ifindex && bpf::reads_rx_metadata(program))
        bpf::bind_to_receiver(program, network.links.at(link).dut.index);
    XDPBENCH_CHECK(program.load(offload_ifindex));
    XDPBENCH_CHECK(fill_maps(target, program));
    return program;
}

}  // namespace

Result<std::vector<scenario::Scenario>> installed_scenarios() {
    XDPBENCH_TRY(const fs::path data, data_folder());
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(data / "scenarios", error)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    if (error)
        return system_error(fmt::format("cannot list {}", (data / "scenarios").string()),
                            error.value());
    std::sort(files.begin(), files.end());
    std::vector<scenario::Scenario> scenarios;
    for (const fs::path& file : files) {
        XDPBENCH_TRY(scenario::Scenario scenario, scenario::parse_scenario(file));
        scenarios.push_back(std::move(scenario));
    }
    return scenarios;
}

Result<bpf::Program> open_unconfigured(const Target& target) {
    if (target.existing) return bpf::Program::use(target.existing, target.access);
    XDPBENCH_TRY(bpf::Program program,
                 bpf::Program::open(target.object, target.scenario.program.function, target.pins));
    if (target.attach_type != BPF_XDP) bpf::load_as(program.handle(), target.attach_type);
    return program;
}

Result<Target> find_target(const std::string& program) {
    if (bpf::parse_existing_name(program)) {
        Target target;
        XDPBENCH_TRY(target.existing, bpf::ExistingProgram::find(program));
        target.scenario.name = target.existing->name();
        target.scenario.program.loaded = program;
        target.option = "--prog " + shell_word(program);
        target.object = program;
        target.judged = false;
        target.traffic.text = target.traffic.pcap = kDefaultTraffic;
        return target;
    }
    if (const std::optional<scenario::ProgramRef> object = as_object(program)) {
        Target target;
        target.scenario.name = fs::path(object->object).stem().stem().string();
        target.scenario.program = *object;
        target.option = "--prog " + shell_word(program);
        target.object = object->object;
        target.judged = false;
        target.traffic.text = target.traffic.pcap = kDefaultTraffic;
        return target;
    }
    XDPBENCH_TRY(std::vector<scenario::Scenario> scenarios, installed_scenarios());
    std::vector<std::string> names;
    for (scenario::Scenario& scenario : scenarios) {
        if (scenario.name == program) return target_from(std::move(scenario), "--prog " + program);
        names.push_back(scenario.name);
    }
    return input_error(
        fmt::format("there is no program {}{}", program, did_you_mean(program, names)),
        fmt::format("choose one of {}, or give an object file: ./mine.o", fmt::join(names, ", ")));
}

Result<Target> target_of(const fs::path& scenario_file, bool other_program) {
    XDPBENCH_TRY(scenario::Scenario scenario, scenario::parse_scenario(scenario_file));
    if (other_program) {
        Target target;
        target.scenario = std::move(scenario);
        target.option = "--scenario " + shell_word(scenario_file.string());
        return target;
    }
    return target_from(std::move(scenario), "--scenario " + shell_word(scenario_file.string()));
}

Result<std::vector<Target>> all_targets() {
    XDPBENCH_TRY(std::vector<scenario::Scenario> scenarios, installed_scenarios());
    std::vector<Target> targets;
    for (scenario::Scenario& scenario : scenarios) {
        const std::string option = "--prog " + scenario.name;
        XDPBENCH_TRY(Target target, target_from(std::move(scenario), option));
        targets.push_back(std::move(target));
    }
    return targets;
}

Result<void> fill_maps(const Target& target, const bpf::Program& program) {
    return target.begins_with ? target.begins_with->copy_to(program.maps()) : Result<void>();
}

Target with_program(Target target, const Target& other) {
    target.object = other.object;
    target.existing = other.existing;
    target.access = other.access;
    target.begins_with = other.begins_with;
    target.scenario.program = other.scenario.program;
    return target;
}

Result<Target> replacement_of(const Target& target) {
    const scenario::Replacement& replacement = *target.scenario.replay->replace;
    Target second = target;
    scenario::Configuration& configuration = second.scenario.configuration;
    const scenario::Configuration& own = replacement.configuration;
    if (replacement.with) {
        second.scenario.program = *replacement.with;
        configuration = {};
        second.existing.reset();
        second.settings.clear();  // they are the first program's
        XDPBENCH_TRY(const Target other, target_from(second.scenario, second.option));
        second = with_program(std::move(second), other);
    }
    configuration.globals.insert(configuration.globals.end(), own.globals.begin(),
                                 own.globals.end());
    configuration.maps.insert(configuration.maps.end(), own.maps.begin(), own.maps.end());
    return second;
}

bool asks_for_mode(const Target& target, model::Mode mode) {
    const std::vector<model::Mode>& modes = target.scenario.modes;
    return modes.empty() || std::find(modes.begin(), modes.end(), mode) != modes.end();
}

bool has_bench(const Target& target) { return !target.judged || target.scenario.bench; }

const scenario::FrameRef& replay_traffic(const Target& target) {
    return target.judged ? target.scenario.replay->traffic : target.traffic;
}

Target with_traffic(Target target, const TrafficOption& traffic) {
    target.judged = false;
    target.traffic = frames_of(traffic);
    target.option += traffic.as_typed();
    return target;
}

model::NetworkKind network_of(const Target& target) {
    if (target.scenario.replay) return target.scenario.replay->topology;
    return target.judged ? model::NetworkKind::chain : model::NetworkKind::pair;
}

Result<bpf::Program> open_program(const Target& target, const scenario::Configuration& extra) {
    scenario::InterfaceIndexes placeholders;
    for (const std::string& name : net::Network::interface_names(network_of(target)))
        placeholders[name] = 1;
    XDPBENCH_TRY(Configured configured, configured_program(target, extra, placeholders));
    return std::move(configured.program);
}

Result<bpf::Program> load_program(const Target& target, const net::Network& network,
                                  const scenario::Configuration& extra,
                                  std::optional<unsigned> offload_ifindex, std::size_t link) {
    XDPBENCH_TRY(Configured configured,
                 configured_program(target, extra, network.interfaces(link)));
    if (target.existing)
        XDPBENCH_CHECK(
            require_own_interfaces(*target.existing, configured.program, configured.maps));
    return load_into(target, std::move(configured.program), network, offload_ifindex, link);
}

Result<bpf::Program> load_for_test_runs(const Target& target, const net::Network& network,
                                        const scenario::Configuration& extra) {
    XDPBENCH_TRY(Configured configured, configured_program(target, extra, network.interfaces(0)));
    return load_into(target, std::move(configured.program), network, std::nullopt, 0);
}

std::string program_text(const Target& target) {
    const scenario::ProgramRef& program = target.scenario.program;
    if (!program.loaded.empty()) return program.loaded;
    return target.object.string() + (program.function.empty() ? "" : ":" + program.function);
}

const scenario::FrameRef& bench_traffic(const Target& target) {
    return target.judged ? target.scenario.bench->traffic : target.traffic;
}

}  // namespace xdpbench::target
