// The subject of a run: a program under test with the scenario it is put through.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/traffic_source.h"
#include "kernel/program.h"
#include "kernel/topology.h"
#include "scenario/assignment.h"
#include "scenario/scenario.h"

namespace xdpbench {

// The scenarios that come with the tool, by name.
Result<std::vector<Scenario>> installed_scenarios();

// A program under test and what is asked of it.
struct Subject {
    Scenario scenario;
    std::string option;            // how the command line names it: "--prog icmp_lb"
    std::filesystem::path object;  // the program's object file
    bool judged = true;            // false: no expectations, verdicts are only counted
    FrameRef traffic;              // of what is not judged
    PinnedMaps pins = PinnedMaps::kept_private;
    std::vector<Assignment> settings;  // win over all that the scenario sets
};

// By the name of a scenario or as FILE.o[:FUNCTION]; for an unknown name the error offers the
// nearest.
Result<Subject> find_subject(const std::string& program);
Result<Subject> subject_of(const std::filesystem::path& scenario_file);
// All scenarios that come with the tool.
Result<std::vector<Subject>> all_subjects();

// What takes the subject's place where its replay asks for a replacement.
Result<Subject> replacement_of(const Subject& subject);

// Whether the scenario asks for this attach mode, or for all.
[[nodiscard]] bool asks_for_mode(const Subject& subject, Mode mode);
// What is not judged is timed as it is.
[[nodiscard]] bool has_bench(const Subject& subject);

// What is replayed: the scenario's traffic, or that of a subject that is not judged.
[[nodiscard]] const FrameRef& replay_traffic(const Subject& subject);

// The subject with other traffic and so without expectations.
[[nodiscard]] Subject with_traffic(Subject subject, const TrafficOption& traffic);

// The topology that the subject's program works in: the one of its replay; of a scenario without a
// replay the one that has all interfaces a configuration may name.
[[nodiscard]] TopologyKind topology_of(const Subject& subject);

// The subject's program, opened and configured (with `extra` on top), not loaded: every mistake in
// the configuration is found. The interfaces that it names are not there yet.
Result<Program> open_program(const Subject& subject, const Configuration& extra = {});

// The subject's program, configured for the interfaces of one lane of `network` and loaded; bound
// to a device with `offload_ifindex`.
Result<Program> load_program(const Subject& subject, const Topology& network,
                             const Configuration& extra = {},
                             std::optional<unsigned> offload_ifindex = std::nullopt,
                             std::size_t lane = 0);

// The same for interfaces that are known by their roles, in the namespace `dut`.
Result<Program> load_program(const Subject& subject, const NetNs& dut,
                             const InterfaceIndexes& interfaces, const Configuration& extra = {},
                             std::optional<unsigned> offload_ifindex = std::nullopt);

// A program to be test-run, for which no traffic is sent.
struct LoneProgram {
    std::optional<Topology> network;  // if interfaces are needed
    Program program;
};
// With `rx_queues` there are interfaces, with so many receive queues each, even if the
// configuration names none.
Result<LoneProgram> load_alone(const Subject& subject, const Configuration& extra = {},
                               std::size_t rx_queues = 0);

}  // namespace xdpbench
