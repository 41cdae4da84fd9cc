// Redirects that come to nothing, which no counter of the kernel's shows: counted by tracepoints.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "kernel/program.h"
#include "kernel/tracepoint_counter.h"
#include "report/model.h"

namespace xdpbench {

class RedirectLosses {
  public:
    // Of a loaded program, from now on. Where the kernel lets nobody count, nothing is counted.
    // The tracepoint of a CPUMAP takes time with every 8 frames while this lives; the others with
    // lost ones only.
    static Result<RedirectLosses> watch(const Program& program, Mode mode);

    // Adds to `losses`: in generic mode redirect_errors (the redirect failed; a driver counts
    // that itself in native mode), in native mode cpumap_drops (the queue of a CPUMAP was full).
    Result<void> add_to(Losses& losses) const;

  private:
    struct Weighted {
        const char* name;  // of the loss
        TracepointCounter hits;
        std::uint64_t frames;  // that a hit stands for
    };

    std::vector<Weighted> counters_;
};

}  // namespace xdpbench
