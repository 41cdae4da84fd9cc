// The events that a program writes, kept by the frames that made it write them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/result.h"
#include "bpf/events.h"
#include "bpf/program.h"

namespace xdpbench::check {

// What came out of one event map.
struct ObservedEvents {
    bpf::EventSource source;  // its types are the program's: valid as long as that
    std::vector<std::vector<std::uint8_t>> records;
    std::optional<std::uint64_t> lost;  // nothing: nobody counts them

    // How many there were before the first frame and after each.
    struct Mark {
        std::size_t records = 0;
        std::optional<std::uint64_t> lost;
    };
    std::vector<Mark> marks;

    // What frames `first` to `end`, that one not included, wrote; without marks.
    [[nodiscard]] ObservedEvents of_frames(std::size_t first, std::size_t end) const;

    // Valid as long as this.
    [[nodiscard]] bpf::Event event(std::size_t number) const {
        return {&source, number, -1, records[number]};
    }
};

// Keeps what a loaded program writes; must not outlive it.
class EventRecorder {
  public:
    static Result<EventRecorder> open(const bpf::Program& program, const bpf::EventTypes& types);

    // Takes what came since the last call: after every frame, so that records of several CPUs stay
    // in the order of the frames and no buffer overflows that one frame does not fill.
    Result<void> read();

    // By map, after the last frame.
    [[nodiscard]] std::vector<ObservedEvents> finish() { return std::move(maps_); }

  private:
    explicit EventRecorder(bpf::Events events);

    bpf::Events events_;
    std::vector<ObservedEvents> maps_;
};

}  // namespace xdpbench::check
