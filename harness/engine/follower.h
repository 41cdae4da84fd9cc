// Frames sent one by one through a subject, to see where each of them ends.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "engine/lane.h"
#include "engine/subject.h"
#include "packet/frame.h"
#include "traffic/generator.h"

namespace xdpbench {

// The ends of a topology.
enum class End { nowhere, tester, stack, far };
// "came back", "reached the stack", "reached the far end", "arrived nowhere".
[[nodiscard]] const char* end_text(End end);

// What became of one frame.
struct Fate {
    std::optional<Action> action;  // as the program counts it
    End end = End::nowhere;
    std::optional<Frame> frame;  // as it arrived

    [[nodiscard]] std::string text() const;  // "XDP_TX, came back"
};

// The subject, set up with `extra` on top, in one mode and a network of its own. The calling thread
// is to stay on one CPU.
class Follower {
  public:
    static Result<std::unique_ptr<Follower>> create(const Subject& subject, const Frames& frames,
                                                    Mode mode, const Configuration& extra = {});

    // The next frame, once round all of them.
    Result<Fate> send_next();

  private:
    struct Seen {
        End end;
        const Sink* sink;
        std::uint32_t* frames;  // looked at already
    };

    Follower(Generator generator, Topology topology, Program program)
        : generator_(std::move(generator)),
          topology_(std::move(topology)),
          program_(std::move(program)) {}

    std::array<Seen, 3> ends();

    Generator generator_;
    Topology topology_;
    Program program_;
    std::optional<EquippedLane> lane_;
    std::array<std::uint32_t, 3> seen_{};
};

}  // namespace xdpbench
