// Counts hits of a tracepoint of the kernel's, by perf events and without BPF.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace xdpbench::bpf {

class TracepointCounter {
  public:
    // From now on, on all CPUs, what `filter` lets through: an expression over the tracepoint's
    // fields as in Documentation/trace/events.rst, "prog_id == 12". `tracepoint`: "xdp/NAME".
    // Nothing where this kernel has no such tracepoint or this process may not count it.
    static std::optional<TracepointCounter> open(const std::string& tracepoint,
                                                 const std::string& filter);

    Result<std::uint64_t> read() const;

  private:
    explicit TracepointCounter(std::vector<UniqueFd> cpus) : cpus_(std::move(cpus)) {}

    std::vector<UniqueFd> cpus_;
};

}  // namespace xdpbench::bpf
