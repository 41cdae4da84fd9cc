// A tc program where frames enter the stack of an interface that is not ours: gone without a trace.
#pragma once

#include <optional>
#include <utility>

#include "base/result.h"
#include "base/unique_fd.h"
#include "net/interface.h"
#include "net/netns.h"

namespace xdpbench::bpf {

class IngressProgram {
  public:
    // Through a bpf_link where the kernel has it (6.6), else as a filter of a clsact qdisc, which
    // is removed with it unless it was there before. Frames that the program lets go on reach the
    // programs of others.
    static Result<IngressProgram> attach(const net::NetNs& netns,
                                         const net::InterfaceInfo& interface, int program_fd);

    IngressProgram(IngressProgram&& other) noexcept
        : link_(std::move(other.link_)), filter_(std::exchange(other.filter_, std::nullopt)) {}
    IngressProgram& operator=(IngressProgram&&) = delete;
    IngressProgram(const IngressProgram&) = delete;
    IngressProgram& operator=(const IngressProgram&) = delete;
    ~IngressProgram();

  private:
    struct Filter {
        int ifindex = 0;  // in the caller's namespace
        unsigned handle = 0;
        unsigned priority = 0;
        bool own_qdisc = false;
    };
    IngressProgram() = default;

    UniqueFd link_;
    std::optional<Filter> filter_;
};

}  // namespace xdpbench::bpf
