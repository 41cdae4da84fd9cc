#include "engine/subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/text.h"
#include "engine/settings.h"
#include "scenario/interfaces.h"
#include "scenario/parse.h"

namespace xdpbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDefaultTraffic = "mixed.pcap";

// FILE.o or FILE.o:FUNCTION, rather than the name of a scenario.
std::optional<ProgramRef> as_object(const std::string& text) {
    const std::size_t colon = text.rfind(".o:");
    if (colon != std::string::npos)
        return ProgramRef{{}, text.substr(0, colon + 2), text.substr(colon + 3)};
    if (text.ends_with(".o") || text.find('/') != std::string::npos)
        return ProgramRef{{}, text, {}};
    return std::nullopt;
}

Result<fs::path> object_of(const Scenario& scenario) {
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
    const std::optional<std::string> near = nearest(scenario.program.name, names);
    return input_error(fmt::format("{}: there is no reference program {}{}", scenario.file.string(),
                                   scenario.program.name,
                                   near ? fmt::format(" (did you mean {}?)", *near) : ""));
}

Result<Subject> subject_from(Scenario scenario, std::string option) {
    Subject subject;
    subject.scenario = std::move(scenario);
    subject.option = std::move(option);
    XDPBENCH_TRY(subject.object, object_of(subject.scenario));
    return subject;
}

Result<Program> configured_program(const Subject& subject, const Configuration& extra,
                                   const InterfaceIndexes& interfaces) {
    XDPBENCH_TRY(Program program,
                 Program::open(subject.object, subject.scenario.program.function, subject.pins));
    for (const Configuration* const part : {&subject.scenario.configuration, &extra}) {
        XDPBENCH_TRY(const Configuration configuration, with_indexes(*part, interfaces));
        XDPBENCH_CHECK(program.configure(configuration));
    }
    XDPBENCH_TRY(Configuration settings, settings_for(program, subject.settings));
    XDPBENCH_TRY(settings, with_indexes(std::move(settings), interfaces));
    XDPBENCH_CHECK(program.configure(settings));
    return program;
}

bool settings_name_interfaces(const std::vector<Assignment>& settings) {
    return std::any_of(settings.begin(), settings.end(), [](const Assignment& setting) {
        Configuration alone;
        alone.globals.push_back({setting.place.name, setting.value});
        return names_interfaces(alone);
    });
}

}  // namespace

Result<std::vector<Scenario>> installed_scenarios() {
    XDPBENCH_TRY(const fs::path data, data_folder());
    std::vector<fs::path> files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(data / "scenarios", error)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    std::vector<Scenario> scenarios;
    for (const fs::path& file : files) {
        XDPBENCH_TRY(Scenario scenario, parse_scenario(file));
        scenarios.push_back(std::move(scenario));
    }
    return scenarios;
}

Result<Subject> find_subject(const std::string& program) {
    if (const std::optional<ProgramRef> object = as_object(program)) {
        Subject subject;
        subject.scenario.name = fs::path(object->object).stem().stem().string();
        subject.scenario.program = *object;
        subject.option = "--prog " + program;
        subject.object = object->object;
        subject.judged = false;
        subject.traffic.text = subject.traffic.pcap = kDefaultTraffic;
        return subject;
    }
    XDPBENCH_TRY(std::vector<Scenario> scenarios, installed_scenarios());
    std::vector<std::string> names;
    for (Scenario& scenario : scenarios) {
        if (scenario.name == program) return subject_from(std::move(scenario), "--prog " + program);
        names.push_back(scenario.name);
    }
    const std::optional<std::string> near = nearest(program, names);
    return input_error(
        fmt::format("there is no program {}{}", program,
                    near ? fmt::format("; did you mean {}?", *near) : ""),
        fmt::format("choose one of {}, or give an object file: ./mine.o", fmt::join(names, ", ")));
}

Result<Subject> subject_of(const fs::path& scenario_file) {
    XDPBENCH_TRY(Scenario scenario, parse_scenario(scenario_file));
    return subject_from(std::move(scenario), "--scenario " + scenario_file.string());
}

Result<std::vector<Subject>> all_subjects() {
    XDPBENCH_TRY(std::vector<Scenario> scenarios, installed_scenarios());
    std::vector<Subject> subjects;
    for (Scenario& scenario : scenarios) {
        const std::string option = "--prog " + scenario.name;
        XDPBENCH_TRY(Subject subject, subject_from(std::move(scenario), option));
        subjects.push_back(std::move(subject));
    }
    return subjects;
}

Result<Subject> replacement_of(const Subject& subject) {
    const Replacement& replacement = *subject.scenario.replay->replace;
    Subject second = subject;
    Configuration& configuration = second.scenario.configuration;
    const Configuration& own = replacement.configuration;
    if (replacement.with) {
        second.scenario.program = *replacement.with;
        configuration = {};
        second.settings.clear();  // they are the first program's
        XDPBENCH_TRY(second.object, object_of(second.scenario));
    }
    configuration.globals.insert(configuration.globals.end(), own.globals.begin(),
                                 own.globals.end());
    configuration.maps.insert(configuration.maps.end(), own.maps.begin(), own.maps.end());
    return second;
}

bool asks_for_mode(const Subject& subject, Mode mode) {
    const std::vector<Mode>& modes = subject.scenario.modes;
    return modes.empty() || std::find(modes.begin(), modes.end(), mode) != modes.end();
}

bool has_bench(const Subject& subject) { return !subject.judged || subject.scenario.bench; }

const FrameRef& replay_traffic(const Subject& subject) {
    return subject.judged ? subject.scenario.replay->traffic : subject.traffic;
}

Subject with_traffic(Subject subject, const TrafficOption& traffic) {
    subject.judged = false;
    subject.traffic = frames_of(traffic);
    subject.option += traffic.as_typed();
    return subject;
}

TopologyKind topology_of(const Subject& subject) {
    if (subject.scenario.replay) return subject.scenario.replay->topology;
    return subject.judged ? TopologyKind::chain : TopologyKind::pair;
}

Result<Program> open_program(const Subject& subject, const Configuration& extra) {
    InterfaceIndexes placeholders;
    for (const std::string& name : Topology::interface_names(topology_of(subject)))
        placeholders[name] = 1;
    return configured_program(subject, extra, placeholders);
}

Result<Program> load_program(const Subject& subject, const Topology& network,
                             const Configuration& extra, std::optional<unsigned> offload_ifindex,
                             std::size_t lane) {
    return load_program(subject, network.dut, network.interfaces(lane), extra, offload_ifindex);
}

Result<Program> load_program(const Subject& subject, const NetNs& dut,
                             const InterfaceIndexes& interfaces, const Configuration& extra,
                             std::optional<unsigned> offload_ifindex) {
    XDPBENCH_TRY(Program program, configured_program(subject, extra, interfaces));
    // A map of redirect targets looks for the interface in the namespace of who writes the entry.
    XDPBENCH_TRY(const InNetNs inside, InNetNs::enter(dut));
    XDPBENCH_CHECK(program.load(offload_ifindex));
    return program;
}

Result<LoneProgram> load_alone(const Subject& subject, const Configuration& extra,
                               std::size_t rx_queues) {
    if (rx_queues > 0 || names_interfaces(subject.scenario.configuration) ||
        names_interfaces(extra) || settings_name_interfaces(subject.settings)) {
        XDPBENCH_TRY(Topology network, Topology::create(1, 0, topology_of(subject),
                                                        std::max<std::size_t>(rx_queues, 1)));
        XDPBENCH_TRY(Program program, load_program(subject, network, extra));
        return LoneProgram{std::move(network), std::move(program)};
    }
    XDPBENCH_TRY(Program program, open_program(subject, extra));
    XDPBENCH_CHECK(program.load());
    return LoneProgram{std::nullopt, std::move(program)};
}

}  // namespace xdpbench
