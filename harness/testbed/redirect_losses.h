// Failed redirects, which no counter of the kernel shows: counted by tracepoints.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.h"
#include "bpf/program.h"
#include "bpf/tracepoint_counter.h"
#include "model/run.h"

namespace xdpbench::testbed {

class RedirectLosses {
  public:
    // Of a loaded program, from now on. Where the kernel lets nobody count, nothing is counted.
    // The tracepoint of a CPUMAP takes time with every 8 frames while this lives; the others with
    // lost ones only.
    static Result<RedirectLosses> watch(const bpf::Program& program, model::Mode mode);

    // Adds to `losses`: in generic mode redirect_errors (the redirect failed; a driver counts
    // that itself in native mode), in native mode cpumap_drops (the queue of a CPUMAP was full).
    Result<void> add_to(model::Losses& losses) const;

  private:
    struct Weighted {
        const char* name;  // of the loss
        bpf::TracepointCounter hits;
        std::uint64_t frames;  // that a hit stands for
    };

    std::vector<Weighted> counters_;
};

}  // namespace xdpbench::testbed
