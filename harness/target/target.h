// The target of a run: a program under test with the scenario it is put through.
#pragma once

#include <linux/bpf.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/attach.h"
#include "bpf/existing_program.h"
#include "bpf/program.h"
#include "bpf/test_run.h"
#include "model/xsk.h"
#include "net/network.h"
#include "scenario/assignment.h"
#include "scenario/scenario.h"
#include "target/traffic_source.h"

namespace xdpbench::target {

// The scenarios that come with the tool, by name.
Result<std::vector<scenario::Scenario>> installed_scenarios();

// A program under test and what is asked of it.
struct Target {
    scenario::Scenario scenario;
    std::string option;            // how the command line names it: "--prog icmp_lb"
    std::filesystem::path object;  // the program's object file
    bool judged = true;            // false: no expectations, verdicts are only counted
    scenario::FrameRef traffic;    // of what is not judged
    std::shared_ptr<const bpf::ExistingProgram> existing;  // instead of an object file
    bpf::StateAccess access;                               // to the maps of `existing`
    // Of an object: what the maps of each loaded program begin with (begin_like()); nullptr:
    // nothing.
    std::shared_ptr<const bpf::MapState> begins_with;
    // Of an object: what its programs are loaded with, so that they may stand in a program array
    // beside one that others loaded with another (load_like()).
    bpf_attach_type attach_type = BPF_XDP;
    // Loaded to be described, not to be run: without map entries, nor the room for them
    // (bpf::leave_no_room()).
    bool described_only = false;
    bpf::PinnedMaps pins = bpf::PinnedMaps::kept_private;
    std::vector<scenario::Assignment> settings;      // win over all that the scenario sets
    model::XskMode xsk = model::XskMode::automatic;  // --xsk-mode
};

// By the name of a scenario, as FILE.o[:FUNCTION], or as a program that the kernel has (id:, tag:,
// pinned:, dev:); for an unknown name the error offers the nearest.
Result<Target> find_target(const std::string& program);
// Of a scenario; with `other_program` the one that it names is not looked for.
Result<Target> target_of(const std::filesystem::path& scenario_file, bool other_program = false);
// All scenarios that come with the tool.
Result<std::vector<Target>> all_targets();

// What `begins_with` says, done with the program, which was just loaded.
Result<void> fill_maps(const Target& target, const bpf::Program& program);

// The target with another program, but with what is asked of it.
[[nodiscard]] Target with_program(Target target, const Target& other);

// What takes the target's place where its replay asks for a replacement.
Result<Target> replacement_of(const Target& target);

// Whether the scenario asks for this attach mode, or for all.
[[nodiscard]] bool asks_for_mode(const Target& target, model::Mode mode);
// What is not judged is timed as it is.
[[nodiscard]] bool has_bench(const Target& target);

// The program as it may be named on the command line: FILE.o, FILE.o:FUNCTION, or a loaded one.
[[nodiscard]] std::string program_text(const Target& target);

// What is replayed: the scenario's traffic, or that of a target that is not judged.
[[nodiscard]] const scenario::FrameRef& replay_traffic(const Target& target);

// The target with other traffic and so without expectations.
[[nodiscard]] Target with_traffic(Target target, const TrafficOption& traffic);

// The network that the target's program works in: the one of its replay; of a scenario without a
// replay the one that has all interfaces a configuration may name.
[[nodiscard]] model::NetworkKind network_of(const Target& target);

// The target's program, opened, not configured.
Result<bpf::Program> open_unconfigured(const Target& target);

// The target's program, opened and configured (with `extra` on top), not loaded: every mistake in
// the configuration is found. The interfaces that it names are not there yet.
Result<bpf::Program> open_program(const Target& target, const scenario::Configuration& extra = {});

// The target's program, configured for the interfaces of one link of `network` and loaded; bound
// to a device with `offload_ifindex`. Frames may be sent through it: of a program that others
// loaded, unavailable if they would leave by interfaces of others.
Result<bpf::Program> load_program(const Target& target, const net::Network& network,
                                  const scenario::Configuration& extra = {},
                                  std::optional<unsigned> offload_ifindex = std::nullopt,
                                  std::size_t link = 0);

// The same for a program that is only test-run: no frame leaves.
Result<bpf::Program> load_for_test_runs(const Target& target, const net::Network& network,
                                        const scenario::Configuration& extra = {});

// The traffic of the target's bench.
[[nodiscard]] const scenario::FrameRef& bench_traffic(const Target& target);

}  // namespace xdpbench::target
