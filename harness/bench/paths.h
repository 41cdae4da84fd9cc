// The paths that a program takes with the frames of its bench: found before it is timed, watched
// while it is timed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bpf/program.h"
#include "model/run.h"
#include "target/target.h"
#include "traffic/refresh_loop.h"

namespace xdpbench::bench {

// What a program does with the traffic of its bench.
struct Paths {
    std::vector<std::uint32_t> returned;  // for each frame, one after the other from the start
    model::ActionTally tally{};
    model::Action action =
        model::Action::pass;  // the path that is timed: the scenario's, or the commonest
    bool mixed = false;       // frames take others too

    // The one that all frames take; nothing if they take several.
    [[nodiscard]] std::optional<model::Action> only() const {
        return mixed ? std::nullopt : std::optional(action);
    }
};

// Runs each frame once. Where a scenario names the path every frame must take it: verify, then
// time.
Result<Paths> find_paths(const target::Target& target, const packet::Frames& frames);

// The commonest path, and whether there are others, from what was returned.
void find_main_path(Paths& paths);

// Holds a program to its paths.
class PathWatch {
  public:
    explicit PathWatch(const Paths& paths) : paths_(&paths), steps_(paths.returned.size() + 1) {}

    // Invalid if the last packet took another path than it did before.
    Result<void> note(const traffic::TimedRuns& timed);
    // Packets of so many frames from this one on, in turn.
    void note(std::uint64_t first, std::uint64_t count);
    // Invalid if the program's own counters, where it has them, say otherwise than all runs noted.
    [[nodiscard]] Result<void> verify(const bpf::Program& program) const;
    // Invalid if more packets than were noted took one of the paths, by these counts of them.
    [[nodiscard]] Result<void> verify(const model::ActionTally& counted_packets) const;
    // Packets noted, by what they were to return.
    [[nodiscard]] model::ActionTally tally() const;

  private:
    const Paths* paths_;
    std::uint64_t turns_ = 0;          // whole ones: runs with every frame
    std::vector<std::int64_t> steps_;  // beyond them: how many more runs with each frame than with
                                       // the one before it
};

}  // namespace xdpbench::bench
