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
    // `redirects`: also redirects that are done, in generic mode, where nothing else counts them.
    // Takes time with each of those, and with every 8 frames of a CPUMAP, while this lives; else
    // with frames that are lost or aborted only.
    static Result<TracepointCounts> watch(const bpf::Program& program, model::Mode mode,
                                          bool redirects);

    // Adds to `counts`: the losses redirect_errors (a redirect failed) and, in native mode,
    // cpumap_drops (the queue of a CPUMAP was full); frames for which the program returned
    // XDP_ABORTED or no XDP action (trace_xdp_exception() in net/core/dev.c and the drivers), and
    // those that were redirected.
    Result<void> add_to(LinkCounts& counts) const;

  private:
    enum class Counted { redirect_errors, cpumap_drops, no_action, aborted, redirected };
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
