// The MTU of both ports, changed for a case.
#pragma once

#include <utility>

#include "base/result.h"
#include "qualify/context.h"

namespace xdpbench::qualify {

class MtuChange {
  public:
    // Unavailable if a port has no such MTU. Both have their old one again when this is gone.
    static Result<MtuChange> set(const Context& context, int mtu);

    MtuChange(MtuChange&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}
    MtuChange& operator=(MtuChange&&) = delete;
    MtuChange(const MtuChange&) = delete;
    MtuChange& operator=(const MtuChange&) = delete;
    ~MtuChange() { restore(); }

    void restore();

  private:
    explicit MtuChange(const Context& context) : context_(&context) {}

    const Context* context_;
};

}  // namespace xdpbench::qualify
