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
    // What has been seen before may decide: then this is what the program does once the traffic has
    // been repeated.
    std::size_t passes = 0;      // of the traffic until verdicts stayed; 0: from the first on
    model::ActionTally first{};  // verdicts of the first pass
    // Of each frame of the first pass, a hash of what the program made of it: 0 if it dropped it.
    std::vector<std::size_t> made;
    bool steady = true;           // false: the same frame gets other verdicts again and again
    model::ActionTally lowest{};  // of the verdicts of one pass: how much the mix varies
    model::ActionTally highest{};

    // The one that all frames take; nothing if they take several.
    [[nodiscard]] std::optional<model::Action> only() const {
        return mixed ? std::nullopt : std::optional(action);
    }
};

// How often traffic is repeated until each frame's verdict stays. Verdicts are steady if the last
// quarter of the passes changed none, and one more frame before a pass does not either.
struct Settle {
    std::size_t passes = 0;  // at most, after the first; 0: the first pass is what counts
    // Test runs that are enough, and ten times as many while verdicts change: counted, not timed,
    // so that every copy of a program comes to the same state. Fewer where they take longer than 2
    // s.
    std::uint64_t runs = 150'000;
};
inline constexpr std::size_t kSettlePasses = 1000;

// Runs each frame once, and again as often as `settle` says. Where a scenario names the path every
// frame must take it in the end: verify, then time.
Result<Paths> find_paths(const target::Target& target, const packet::Frames& frames,
                         const Settle& settle = {});

// Unavailable where verdicts are not steady: end to end there is no baseline with the same ones.
Result<void> require_steady(const Paths& paths);

// Repeats the traffic with a loaded program as often as it took to settle.
Result<void> bring_to_state(const bpf::Program& program, const packet::Frames& frames,
                            const Paths& paths);

// The commonest path, and whether there are others, from what was returned.
void find_main_path(Paths& paths);

// Holds a program to its paths.
class PathWatch {
  public:
    explicit PathWatch(const Paths& paths) : paths_(&paths), steps_(paths.returned.size() + 1) {}

    // From here on the program's counters count what is noted.
    Result<void> start(const bpf::Program& program);
    // Invalid if the last packet took another path than it did before, unless it may.
    Result<void> note(const traffic::TimedRuns& timed);
    // Packets of so many frames from this one on, in turn.
    void note(std::uint64_t first, std::uint64_t count);
    // Invalid if the program's own counters, where it has them, say otherwise than all runs noted.
    // Those of a program that others have loaded are not used: it also runs elsewhere.
    [[nodiscard]] Result<void> verify(const bpf::Program& program) const;
    // Invalid if more packets than were noted took one of the paths, by these counts of them.
    [[nodiscard]] Result<void> verify(const model::ActionTally& counted_packets) const;
    // Packets noted, by what they were to return.
    // Where verdicts are not steady: of the last packet of each window alone.
    [[nodiscard]] model::ActionTally tally() const;

  private:
    const Paths* paths_;
    model::ActionTally before_{};      // counted by the program before start()
    model::ActionTally last_{};        // verdicts of last packets
    std::uint64_t turns_ = 0;          // whole ones: runs with every frame
    std::vector<std::int64_t> steps_;  // beyond them: how many more runs with each frame than with
                                       // the one before it
};

}  // namespace xdpbench::bench
