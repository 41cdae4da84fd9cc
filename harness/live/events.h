// The records of an attached program: printed when they arrive, and counted.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "bpf/events.h"
#include "bpf/program.h"
#include "model/live.h"

namespace xdpbench::live {

class LiveEventReader {
  public:
    // Reads what `program` writes, from now on. It must be loaded, and outlive the reader or its
    // part in follow().
    static Result<LiveEventReader> open(const bpf::Program& program);

    // For poll(2); -1 if the program has no event maps.
    [[nodiscard]] int fd() const { return events_.fd(); }

    // Shows some of what there is and returns soon, however fast the program writes; true if there
    // may be more.
    Result<bool> read(model::LiveListener& report);

    // Reads what a program has left that is attached no more. What a second does not suffice to
    // show is counted only.
    Result<void> read_rest(model::LiveListener& report);

    // What was read and lost since the previous sample, by map.
    Result<std::vector<model::LiveEvents>> sample();

    // `next` are those of the program that has taken the place of this one: shows what this one has
    // left. Counts of maps that both have go on.
    Result<void> follow(bpf::Events next, model::LiveListener& report);

  private:
    explicit LiveEventReader(bpf::Events events) : events_(std::move(events)) {}
    void count_from_here();
    Result<void> count_losses();

    struct Tally {
        model::LiveEvents counts;
        std::uint64_t lost_before = 0;  // by this program, when last asked
    };

    bpf::Events events_;
    std::map<std::string, Tally> tallies_;
};

}  // namespace xdpbench::live
