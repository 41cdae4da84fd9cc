// Settings of the ports that a case changes: recorded on disk before, restored after it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/port_state.h"
#include "net/recorded_change.h"
#include "qualify/context.h"
#include "qualify/program.h"

namespace xdpbench::qualify {

class PortChange {
  public:
    // Records what these settings are now. They are that again, and the carrier is there, when
    // this is gone. Unavailable where the driver does not report one.
    static Result<PortChange> begin(const Context& context,
                                    const std::vector<net::RecordedChange::Place>& places);

    // One of the settings. Unavailable if the driver refuses; waits for the carrier.
    Result<void> set(const net::PortState& state);
    // The MTU of a peer that another machine has, which records what it was.
    Result<void> set_remote_mtu(int mtu);

    PortChange(PortChange&& other) noexcept
        : context_(other.context_),
          change_(std::move(other.change_)),
          remote_mtu_(std::exchange(other.remote_mtu_, false)) {
        other.change_.reset();
    }
    PortChange& operator=(PortChange&&) = delete;
    PortChange(const PortChange&) = delete;
    PortChange& operator=(const PortChange&) = delete;
    ~PortChange();

  private:
    PortChange(const Context& context, net::RecordedChange change)
        : context_(&context), change_(std::move(change)) {}

    const Context* context_;
    std::optional<net::RecordedChange> change_;
    bool remote_mtu_ = false;  // was changed
};

// Records that these programs, which have no owner once netlink has attached them, are not to be on
// the device: they are off when this is gone, and after a kill -9 the next start takes them off.
Result<net::RecordedChange> record_detached(const Context& context,
                                            std::span<const CaseProgram> programs);
// The MTU of both ports, bytes.
Result<PortChange> change_mtu(const Context& context, int mtu);
// The most channels that the device can be set to; 1 where their number cannot be changed, and of a
// veth whose other end is not here, which would have to change too.
[[nodiscard]] std::uint32_t most_channels(const Context& context);
// So many channels as a value of the setting: "4", or "4/4" where each direction has its own.
[[nodiscard]] std::string channels_value(const Context& context, std::uint32_t count);
// The channels of the device, and of a veth's other end.
Result<PortChange> change_channels(const Context& context, std::uint32_t count);

}  // namespace xdpbench::qualify
