// What no counter of an interface shows: counted by tracepoints of the kernel.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "bpf/tracepoint_counter.h"
#include "testbed/accounting.h"

namespace xdpbench::testbed {

class TracepointCounts {
  public:
    // Of a loaded program, from now on. Where the kernel lets nobody count, nothing is counted.
    // The tracepoint of a CPUMAP takes time with every 8 frames while this lives; the others with
    // frames that are lost only.
    static Result<TracepointCounts> watch(const bpf::Program& program, model::Mode mode);

    // Adds to `counts`: the losses redirect_errors (a redirect failed) and, in native mode,
    // cpumap_drops (the queue of a CPUMAP was full); frames for which the program returned no XDP
    // action (trace_xdp_exception() in net/core/filter.c and the drivers).
    Result<void> add_to(LinkCounts& counts) const;

  private:
    enum class Counted { redirect_errors, cpumap_drops, no_action };
    struct Weighted {
        Counted what;
        bpf::TracepointCounter hits;
        std::uint64_t frames;  // that a hit stands for
    };

    std::vector<Weighted> counters_;
};

// While it lives, the kernel keeps the tracepoints of TracepointCounts switched on: to switch one
// off takes 35 ms, after every replay. A frame that hits one takes longer meanwhile, so this is not
// for where anything is timed.
class TracepointsSwitchedOn {
  public:
    TracepointsSwitchedOn();

  private:
    std::vector<bpf::TracepointCounter> counters_;  // fewer where the kernel lets nobody count
};

}  // namespace xdpbench::testbed
