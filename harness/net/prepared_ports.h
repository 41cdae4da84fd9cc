// Ports whose settings are changed for a run and restored after it, however it ends.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "net/namespaces.h"
#include "net/netns.h"
#include "net/port_state.h"
#include "net/recorded_change.h"
#include "net/settings_record.h"

namespace xdpbench::net {

class PreparedPorts {
  public:
    // Changes what is in the way on the ports (settings_in_the_way()), recorded first. A setting
    // that the driver does not let go stays and is named by refused(). Nothing is changed if the
    // record cannot be written.
    static Result<PreparedPorts> prepare(const NetNs& netns, const std::vector<std::string>& ports,
                                         const std::filesystem::path& folder = kPreparedFolder);

    // With their values from before.
    [[nodiscard]] const std::vector<PortState>& changed() const { return changed_; }
    [[nodiscard]] const std::vector<Error>& refused() const { return refused_; }

    // As RecordedChange::restore().
    Result<void> restore() { return change_.restore(); }

  private:
    explicit PreparedPorts(RecordedChange change) : change_(std::move(change)) {}

    RecordedChange change_;  // restores when it goes
    std::vector<PortState> changed_;
    std::vector<Error> refused_;
};

// Settings that a run changed which was killed before it could restore them.
struct LeftSettings {
    std::filesystem::path record;
    std::vector<PortState> were;
};

// In the caller's network namespace; oldest first. Records of runs that go on are not among them.
[[nodiscard]] std::vector<LeftSettings> left_settings(
    const std::filesystem::path& folder = kPreparedFolder);

// The same of ports in another network namespace.
struct LeftElsewhere {
    LeftSettings settings;
    std::string namespace_id;  // "net:[4026531840]"
    std::string name;          // in /run/netns; empty: it has none there
    bool gone = false;         // its number is that of a later one
};
[[nodiscard]] std::vector<LeftElsewhere> left_elsewhere(
    const std::filesystem::path& folder = kPreparedFolder,
    const std::filesystem::path& names = kNamedNamespaces);
// Removes the record of settings that nobody can restore any more.
Result<void> forget(const LeftSettings& left);
// Puts them back in the opposite order and removes the record. All are tried; the first error is
// returned, and the record stays. A port that is gone is no error.
Result<void> restore_left(const LeftSettings& left);

}  // namespace xdpbench::net
