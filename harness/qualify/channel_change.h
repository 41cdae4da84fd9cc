// The combined channels of the device, changed for a case.
#pragma once

#include <cstdint>
#include <utility>

#include "base/result.h"
#include "qualify/context.h"

namespace xdpbench::qualify {

class ChannelChange {
  public:
    // Unavailable if the driver refuses; waits for the carrier. The device has its old number
    // again when this is gone.
    static Result<ChannelChange> set(const Context& context, std::uint32_t combined);

    ChannelChange(ChannelChange&& other) noexcept
        : context_(std::exchange(other.context_, nullptr)), before_(other.before_) {}
    ChannelChange& operator=(ChannelChange&&) = delete;
    ChannelChange(const ChannelChange&) = delete;
    ChannelChange& operator=(const ChannelChange&) = delete;
    ~ChannelChange() { restore(); }

    void restore();

  private:
    ChannelChange(const Context& context, std::uint32_t before)
        : context_(&context), before_(before) {}

    const Context* context_;
    std::uint32_t before_;
};

}  // namespace xdpbench::qualify
