// Bench: how fast one path of a program is, end to end through a veth, against the same path with
// an empty program in the same run.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/lane.h"
#include "engine/subject.h"
#include "report/model.h"
#include "traffic/generator.h"
#include "traffic/pinned.h"

namespace xdpbench {

// Two lanes side by side, the program under test on one and the empty program on the other, one
// generator that feeds them in turn from the same CPU.
class BenchRig {
  public:
    // Verifies first that every frame takes the path that will be timed, then builds, and finds out
    // how many frames a window takes. The caller has pinned the thread to a CPU.
    static Result<std::unique_ptr<BenchRig>> create(const Subject& subject, Mode mode);

    // Frames of a window, and windows that fill a round of `seconds`.
    [[nodiscard]] std::uint64_t window_frames() const { return window_frames_; }
    [[nodiscard]] std::uint64_t windows_in(double seconds) const;

    // Half a second of windows that do not count.
    Result<void> warm_up();
    void begin_round();
    // One window of the program and one of the floor; which comes first alternates. Returns the
    // seconds of the program's.
    Result<double> run_windows();
    // The round counts only if this is called.
    BenchRound end_round();

    // Everything measured so far, the paths taken checked.
    [[nodiscard]] BenchRecord finish() const;

  private:
    struct Window {
        LaneCounts counts;
        double seconds = 0;
    };

    BenchRig(PairTopology topology, Program program, Generator generator);
    Result<Window> window(const EquippedLane& lane, std::uint64_t frames);
    Result<void> calibrate();

    PairTopology topology_;
    Program program_;
    Generator generator_;
    std::optional<EquippedLane> lane_;
    std::optional<EquippedLane> floor_;
    std::uint64_t window_frames_ = 65536;
    double window_seconds_ = 0;
    bool floor_first_ = false;
    BenchRound round_;
    BenchRecord record_;
};

// Runs the bench of each subject and mode as a Google Benchmark benchmark registered at run time;
// one iteration is one packet, one repetition one round.
struct BenchCase {
    const Subject* subject = nullptr;
    Mode mode = Mode::native;
};

struct BenchOptions {
    double seconds = 1.0;  // of a round
    int rounds = 5;
    std::vector<std::string> arguments;  // for Google Benchmark: --benchmark_...
};

struct BenchResults {
    std::vector<BenchRecord> records;
    std::string json;  // Google Benchmark's document
};

// `progress` is told what is under way. Without cases: Google Benchmark's context alone.
Result<BenchResults> run_benches(const std::vector<BenchCase>& cases, const BenchOptions& options,
                                 const std::function<void(const std::string&)>& progress);

}  // namespace xdpbench
