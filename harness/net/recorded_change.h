// Values of settings of ports that a test changes for a while.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/netns.h"
#include "net/port_state.h"
#include "net/settings_record.h"

namespace xdpbench::net {

class RecordedChange {
  public:
    struct Place {
        std::string port;
        std::string name;  // of port_state_names()
    };

    // Records what these settings have now, before anything is changed: after a kill -9 the next
    // start reports it, and `restore` restores it. They have their old values again when this is
    // gone.
    static Result<RecordedChange> begin(const NetNs& netns, const std::vector<Place>& places,
                                        const std::filesystem::path& folder = kPreparedFolder);

    // The same with values to restore that the caller knows; without any nothing is recorded.
    static Result<RecordedChange> begin_with(const NetNs& netns, std::vector<PortState> were,
                                             const std::filesystem::path& folder = kPreparedFolder);

    RecordedChange(RecordedChange&& other) noexcept
        : netns_(std::move(other.netns_)),
          record_(std::exchange(other.record_, {})),
          were_(std::exchange(other.were_, {})) {}
    RecordedChange& operator=(RecordedChange&&) = delete;
    RecordedChange(const RecordedChange&) = delete;
    RecordedChange& operator=(const RecordedChange&) = delete;
    ~RecordedChange() { static_cast<void>(restore()); }

    // In the opposite order; all are tried. What cannot be restored stays recorded.
    Result<void> restore();

  private:
    RecordedChange(NetNs netns, std::filesystem::path record, std::vector<PortState> were)
        : netns_(std::move(netns)), record_(std::move(record)), were_(std::move(were)) {}

    NetNs netns_;
    std::filesystem::path record_;  // empty: nothing to restore
    std::vector<PortState> were_;
};

}  // namespace xdpbench::net
